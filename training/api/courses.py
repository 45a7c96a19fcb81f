"""Sessions that take people, in the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api_lists import MISSING, PAGE, REFUSED, SIZE, Fields, page_address, page_size
from training.choices import PUBLIC_SESSION, CourseKind, SessionStatus, SignUpState
from training.selectors.public import SessionCursor, public_session, public_sessions
from training.selectors.public.open_data import session_row
from training.session_filters import SESSION_FILTERS, read_session_filter

DAY: Any = OpenApiTypes.DATE
COURSE_PARAMETERS = [
    OpenApiParameter("area", str, description=gettext_lazy("上课地区代码的前 2、4 或 6 位")),
    OpenApiParameter("from", DAY, description=gettext_lazy("开班日期从（含），默认今天")),
    OpenApiParameter("kind", str, enum=CourseKind.values, description=gettext_lazy("课程类别")),
    PAGE,
    SIZE,
]
STATUSES = [(one, SessionStatus(one).label) for one in PUBLIC_SESSION]


class CourseSerializer(Fields):
    """A session for the public."""

    number = serializers.CharField(help_text=gettext_lazy("培训班编号"))
    title = serializers.CharField(help_text=gettext_lazy("班名"))
    kind = serializers.ChoiceField(choices=CourseKind.choices, help_text=gettext_lazy("课程类别"))
    course = serializers.CharField(help_text=gettext_lazy("课程"))
    area = serializers.CharField(help_text=gettext_lazy("所在地区代码"))
    area_name = serializers.CharField(help_text=gettext_lazy("所在地区"))
    place = serializers.CharField(help_text=gettext_lazy("上课地点"))
    starts_on = serializers.DateField(help_text=gettext_lazy("开班日期"))
    ends_on = serializers.DateField(help_text=gettext_lazy("结束日期"))
    first_lesson_at = serializers.DateTimeField(help_text=gettext_lazy("第一次课开始"))
    lessons = serializers.IntegerField(help_text=gettext_lazy("课次"))
    hours = serializers.IntegerField(help_text=gettext_lazy("学时，每学时 45 分钟"))
    seats = serializers.IntegerField(help_text=gettext_lazy("名额"))
    free_seats = serializers.IntegerField(help_text=gettext_lazy("剩余名额；有人候补时为 0"))
    waiting = serializers.IntegerField(help_text=gettext_lazy("候补人数"))
    sign_up = serializers.ChoiceField(
        choices=SignUpState.choices,
        help_text=gettext_lazy("open 可报名，queue 已满可候补，not_yet 未开始，over 已截止"),
    )
    sign_up_from = serializers.DateTimeField(allow_null=True, help_text=gettext_lazy("报名开始；没有为 null"))
    sign_up_until = serializers.DateTimeField(allow_null=True, help_text=gettext_lazy("报名截止"))
    contact = serializers.CharField(help_text=gettext_lazy("咨询电话"))
    branch = serializers.CharField(help_text=gettext_lazy("主办单位编码"))
    branch_name = serializers.CharField(help_text=gettext_lazy("主办单位"))
    status = serializers.ChoiceField(choices=STATUSES, help_text=gettext_lazy("状态"))
    url = serializers.CharField(help_text=gettext_lazy("页面地址"))


class CoursePageSerializer(Fields):
    """A page of sessions."""

    results = CourseSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text=gettext_lazy("下一页地址"))
    previous = serializers.URLField(allow_null=True, help_text=gettext_lazy("上一页地址"))


class CourseListView(APIView):
    """Sessions that take people, soonest first."""

    @extend_schema(
        operation_id="courses_list",
        summary=gettext_lazy("急救培训班列表"),
        parameters=COURSE_PARAMETERS,
        responses={200: CoursePageSerializer, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """A page of sessions by the same filters as the page /training/."""
        asked = read_session_filter({name: request.query_params.get(name, "") for name in SESSION_FILTERS})
        cursor = SessionCursor.parse(request.query_params.get("page", ""))
        page = public_sessions(asked, cursor, page_size(request.query_params))
        return Response(
            {
                "results": CourseSerializer([session_row(one) for one in page.rows], many=True).data,
                "next": page_address(request, page.next),
                "previous": page_address(request, page.previous),
            }
        )


class CourseView(APIView):
    """One session."""

    @extend_schema(
        operation_id="courses_retrieve",
        summary=gettext_lazy("一个急救培训班"),
        responses={200: CourseSerializer, **MISSING},
    )
    def get(self, request: Request, number: str) -> Response:
        """A session by its number, also one that takes nobody any more."""
        return Response(CourseSerializer(session_row(public_session(number))).data)
