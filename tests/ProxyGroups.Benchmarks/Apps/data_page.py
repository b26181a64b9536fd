"""A page of an app with large libraries: a table of pandas, a formula of sympy, a row of SQLAlchemy."""

import pandas
import sqlalchemy
import sympy
from flask import Flask

application = Flask(__name__)
X = sympy.Symbol("x")
ROWS = pandas.DataFrame({"kind": ["a", "b", "c"] * 20, "price": range(60)})
ENGINE = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.StaticPool, connect_args={"check_same_thread": False})


@application.route("/")
def page():
    sums = ROWS.groupby("kind")["price"].sum()
    slope = sympy.diff(X**3 + 2 * X, X)
    with ENGINE.connect() as connection:
        answer = connection.execute(sqlalchemy.text("select 6 * 7")).scalar()
    return "%s %s %s\n" % (sums.to_dict(), slope, answer)
