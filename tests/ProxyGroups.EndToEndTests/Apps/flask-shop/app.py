"""A small Flask shop: what real apps do with a request, behind a prefix that the front door strips."""
import itertools

from flask import Flask, Response, make_response, redirect, request, stream_with_context, url_for

app = Flask(__name__)


@app.get("/")
def home():
    return f"home of {request.script_root} at {request.host}, item at {url_for('item', number=7)}, outside {url_for('item', number=7, _external=True)}"


@app.get("/item/<int:number>")
def item(number):
    return {"item": number, "colours": request.args.getlist("colour"), "from": request.remote_addr}


@app.get("/path/<path:rest>")
def path(rest):
    return rest


@app.post("/order")
def order():
    return redirect(url_for("item", number=int(request.form["number"]), colour=request.form.getlist("colour")), code=303)


@app.post("/file")
def file():
    sent = request.files["file"]
    return {"name": sent.filename, "length": len(sent.read()), "note": request.form["note"]}


@app.get("/count/<int:lines>")
def count(lines):
    return Response(stream_with_context(f"line {n}\n" for n in itertools.islice(itertools.count(), lines)), mimetype="text/plain")


@app.get("/cookies")
def cookies():
    answer = make_response(request.cookies.get("basket", "none"))
    answer.set_cookie("basket", "full", httponly=True)
    answer.set_cookie("theme", "dark")
    return answer


@app.get("/fail")
def fail():
    raise RuntimeError("the shop burns")
