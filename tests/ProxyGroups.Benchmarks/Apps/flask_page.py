"""A Flask page: one route, a template with twenty rows."""

from flask import Flask, render_template

application = Flask(__name__)
ROWS = [{"number": number, "text": "a row with <markup> & more, number %d" % number} for number in range(20)]


@application.route("/")
def page():
    return render_template("page.html", title="Twenty rows", rows=ROWS)
