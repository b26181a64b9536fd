from django.conf import settings
from django.db import connection
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt


def home(request):
    return HttpResponse(f"{settings.GREETING}, posts at {reverse('posts')}, at {request.build_absolute_uri(reverse('posts'))}")


def posts(request):
    with connection.cursor() as cursor:
        cursor.execute("create table if not exists post (text text)")
        if request.method == "POST":
            cursor.execute("insert into post values (%s)", [request.POST["text"]])
        cursor.execute("select text from post order by rowid")
        return JsonResponse({"posts": [row[0] for row in cursor.fetchall()]})


def token(request):
    return HttpResponse(get_token(request))


def strict(request):
    return HttpResponse("passed")


def stream(request):
    return StreamingHttpResponse((f"part {n}\n" for n in range(1000)), content_type="text/plain")


urlpatterns = [
    path("", home),
    path("posts/", csrf_exempt(posts), name="posts"),
    path("token/", token),
    path("strict/", strict),
    path("stream/", stream),
]
