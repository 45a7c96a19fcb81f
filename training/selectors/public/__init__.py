"""What everybody may read of training: sessions for the public; and a place, for who holds its code."""

from training.selectors.public.areas import Area, area_options
from training.selectors.public.sessions import (
    LARGEST_PAGE,
    PAGE_SIZE,
    PublicLesson,
    PublicSession,
    PublicSessionFilter,
    SessionCursor,
    SessionDetail,
    SessionPage,
    latest_sessions,
    lessons_of,
    public_session,
    public_sessions,
    session_detail,
    session_number_exists,
    stream_public_sessions,
)

__all__ = [
    "LARGEST_PAGE",
    "PAGE_SIZE",
    "Area",
    "PublicLesson",
    "PublicSession",
    "PublicSessionFilter",
    "SessionCursor",
    "SessionDetail",
    "SessionPage",
    "area_options",
    "latest_sessions",
    "lessons_of",
    "public_session",
    "public_sessions",
    "session_detail",
    "session_number_exists",
    "stream_public_sessions",
]
