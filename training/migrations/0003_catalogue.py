"""The courses that every portal begins with; an administrator changes them by new versions (docs/training.md)."""

from django.db import migrations

SKILLS = ["cpr", "aed", "airway", "bleeding", "bandage", "splint", "carry"]
# code, kind, name, hours, of which practice, seats, trainees per instructor, months, age from, theory, skills
COURSES = [
    ("cpr-aed", "cpr_aed", "心肺复苏与 AED 培训", 4, 3, 50, 10, 36, 14, None, ["cpr", "aed", "airway"]),
    ("first-aider", "first_aider", "红十字救护员培训", 16, 8, 50, 10, 36, 16, 60, SKILLS),
    ("first-aider-refresher", "first_aider_refresher", "红十字救护员复训", 4, 3, 50, 10, 36, 16, 60, SKILLS),
    ("instructor", "instructor", "救护师资培训", 40, 20, 30, 8, 36, 18, 80, SKILLS),
]


def add(apps, schema_editor):
    """Add the courses with their first versions."""
    course_model = apps.get_model("training", "Course")
    version_model = apps.get_model("training", "CourseVersion")
    for code, kind, name, hours, practice, seats, ratio, months, age, theory, skills in COURSES:
        course = course_model.objects.create(code=code, kind=kind, name=name)
        version_model.objects.create(
            course=course,
            number=1,
            valid_from="2020-01-01",
            hours=hours,
            practice_hours=practice,
            seats_most=seats,
            trainees_per_instructor=ratio,
            validity_months=months,
            age_from=age,
            theory_pass=theory,
            skills=skills,
        )


def remove(apps, schema_editor):
    """Take them away again; refused by the database where sessions have them."""
    apps.get_model("training", "CourseVersion").objects.filter(course__code__in=[one[0] for one in COURSES]).delete()
    apps.get_model("training", "Course").objects.filter(code__in=[one[0] for one in COURSES]).delete()


class Migration(migrations.Migration):
    """The courses that every portal begins with."""

    dependencies = [("training", "0002_training_stands")]
    operations = [migrations.RunPython(add, remove)]
