"""Addresses of exports at the desk."""

from django.urls import URLPattern, URLResolver, path

from registries.views import exports

_EXPORT = "desk/registries/exports/<str:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/registries/exports/", exports.export_list, name="desk_registry_exports"),
    path("desk/registries/exports/new/", exports.export_new, name="desk_registry_export_new"),
    path(_EXPORT, exports.export_detail, name="desk_registry_export"),
    path(_EXPORT + "decide/", exports.export_decide, name="desk_registry_export_decide"),
    path(_EXPORT + "end/", exports.export_end, name="desk_registry_export_end"),
    path(_EXPORT + "file/", exports.export_file, name="desk_registry_export_file"),
]
