using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;
using Xunit;

namespace ProxyGroups.Tests.Runtimes;

public sealed class AppDetectorTests : IDisposable
{
    private readonly RuntimeScene _scene = new();

    public AppDetectorTests() =>
        _scene.WriteProgram("programs/python3").WriteProgram("programs/npm").WriteProgram("programs/node").WriteProgram("programs/dotnet");

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("application = make()", "application")]
    [InlineData("application: WSGIApplication = make()", "application")]
    [InlineData("application=make()", "application")]
    [InlineData("def application(environ, start_response):\n    pass", "application")]
    [InlineData("class application:\n    pass", "application")]
    [InlineData("from shop import app as application", "application")]
    [InlineData("from shop import (\n    db,\n    app as application,\n)", "application")]
    [InlineData("from shop import db, application  # the app", "application")]
    [InlineData("import shop as app", "app")]
    [InlineData("from shop import db, \\\r\n    app\r\n", "app")]
    [InlineData("app = Flask(__name__)", "app")]
    [InlineData("server = app = Flask(__name__)", "app")]
    [InlineData("app = make()\napplication = app", "application")]
    [InlineData("def create_app(test=None):\n    app = Flask(__name__)", "create_app()")]
    [InlineData("from shop import create_app", "create_app()")]
    [InlineData("def make_app():\n    pass", "make_app()")]
    [InlineData("path = 'it''s \\'' # '''\napp = 1", "app")]
    [InlineData("\"\"\"doc\nwith 'quotes\"\"\"\napp = 1", "app")]
    public void A_callable_at_the_top_level_is_found(string source, string callable)
    {
        _scene.Write("app/wsgi.py", source);

        AssertDetected($"WSGI app wsgi:{callable} with ", $"; detected: wsgi.py defines {callable}");
    }

    [Theory]
    [InlineData("def main():\n    application = 1")]
    [InlineData("# application = 1")]
    [InlineData("\"\"\"\napplication = 1\n\"\"\"")]
    [InlineData("'''\ndef application(): pass\n'''")]
    [InlineData("application == 1")]
    [InlineData("application_name = 1")]
    [InlineData("applications = 1")]
    [InlineData("from application import thing")]
    [InlineData("from app import application as other")]
    [InlineData("async def app(scope, receive, send):\n    pass")]
    [InlineData("create_app = None")]
    public void What_only_looks_like_one_is_not(string source)
    {
        _scene.Write("app/wsgi.py", source);

        AssertHint("wsgi.py defines neither application, app, create_app nor make_app at its top level");
    }

    [Fact]
    public void A_string_without_end_takes_no_time() =>
        Assert.False(new PythonSource("'''" + new string('\\', 100_001)).Defines("app"));

    [Theory]
    [InlineData("shop.settings", "shop")]
    [InlineData("config.settings.live", "config")]
    [InlineData("config.settings.live", "config.settings")]
    public void Django_is_found_by_the_settings_that_its_manage_py_names(string settings, string package)
    {
        _scene.Write("app/manage.py", $"os.environ.setdefault('DJANGO_SETTINGS_MODULE', '{settings}')");
        _scene.Write($"app/{package.Replace('.', '/')}/wsgi.py", "application = get_wsgi_application()");

        AssertDetected($"WSGI app {package}.wsgi:application with ", $"; detected: manage.py names {settings}");
    }

    [Fact]
    public void Django_without_a_wsgi_file_is_explained()
    {
        _scene.Write("app/manage.py", "os.environ[\"DJANGO_SETTINGS_MODULE\"] = \"shop.settings\"");

        AssertHint("manage.py names shop.settings, but no wsgi.py with application lies beside it");
    }

    [Fact]
    public void An_entry_file_of_Passenger_is_found()
    {
        _scene.Write("app/passenger_wsgi.py", "from shop import app as application");

        AssertDetected("WSGI app passenger_wsgi.py:application with ", "; detected: passenger_wsgi.py defines application");
    }

    [Theory]
    [InlineData("from fastapi import FastAPI\napp = FastAPI()", "fastapi")]
    [InlineData("import quart\napp = quart.Quart(__name__)", "quart")]
    public void An_ASGI_app_is_not_taken_for_WSGI(string source, string framework)
    {
        _scene.Write("app/app.py", source);

        AssertHint($"app.py is an ASGI app ({framework}): set \"Command\", as in [ \"uvicorn\", \"app:app\", \"--uds\", \"{{socket}}\" ]");
    }

    [Theory]
    [InlineData("node server.js", "command node server.js", ", which runs without npm and so spares a process per worker")]
    [InlineData("node --max-old-space-size=200 ./dist/main.js", "command node --max-old-space-size=200 ./dist/main.js", ", which runs without npm and so spares a process per worker")]
    [InlineData("next start", "command npm start", "")]
    [InlineData("node server.js | pino", "command npm start", "")]
    [InlineData("NODE_ENV=x node server.js", "command npm start", "")]
    public void Node_is_found_by_its_start_script(string script, string description, string note)
    {
        _scene.Write("app/package.json", $$"""{ "scripts": { "start": "{{script}}" } }""");

        AssertDetected(description, $"; detected: package.json has the start script \"{script}\"{note}");
    }

    [Fact]
    public void A_start_script_with_hooks_runs_by_npm()
    {
        _scene.Write("app/package.json", """{ "scripts": { "start": "node server.js", "prestart": "tsc" } }""");

        AssertDetected("command npm start", "; detected: package.json has the start script \"node server.js\"");
    }

    [Theory]
    [InlineData("{}", "package.json has no start script")]
    [InlineData("[]", "package.json has no start script")]
    [InlineData("""{ "scripts": { "build": "x" } }""", "package.json has no start script")]
    public void Node_without_a_start_script_is_explained(string package, string hint)
    {
        _scene.Write("app/package.json", package);

        AssertHint(hint);
    }

    [Fact]
    public void A_web_project_is_found()
    {
        _scene.Write("app/Shop.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\"/>").Write("app/Lib.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"/>");

        AssertDetected($".NET app {_scene.App}/Shop.csproj", "; detected: Shop.csproj is a web project");
    }

    [Fact]
    public void A_published_app_is_found()
    {
        _scene.Write("app/Shop.dll").Write("app/Tool.dll")
            .Write("app/Shop.runtimeconfig.json", """{ "runtimeOptions": { "frameworks": [ { "name": "Microsoft.AspNetCore.App" } ] } }""")
            .Write("app/Tool.runtimeconfig.json", """{ "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App" } } }""");

        AssertDetected($".NET app {_scene.App}/Shop.dll", "; detected: Shop.runtimeconfig.json asks for ASP.NET Core");
    }

    [Fact]
    public void Several_web_projects_are_no_choice()
    {
        _scene.Write("app/A.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\"/>").Write("app/B.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\"/>");

        AssertHint("several .NET web apps: set \"DotNet\" to one of A.csproj, B.csproj");
    }

    [Fact]
    public void The_first_in_order_wins_and_the_others_are_named()
    {
        _scene.Write("app/passenger_wsgi.py", "application = 1")
            .Write("app/manage.py", "setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')").Write("app/shop/wsgi.py", "application = 1")
            .Write("app/app.py", "app = 1").Write("app/Shop.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\"/>")
            .Write("app/package.json", """{ "scripts": { "start": "vite" } }""");

        AssertDetected("WSGI app passenger_wsgi.py:application with ", "; also possible: \"Wsgi\": \"shop.wsgi:application\""
            + " or \"Wsgi\": \"app:app\" or \"DotNet\": \"Shop.csproj\" or \"Command\": [ \"npm\", \"start\" ]");
    }

    [Fact]
    public void What_the_settings_name_is_not_looked_for()
    {
        _scene.Write("app/wsgi.py", "application = 1");

        Assert.DoesNotContain("detected", _scene.Good(new() { Wsgi = "other:app" }).Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_without_an_app_is_refused_with_what_it_holds()
    {
        _scene.Write("app/index.html").Write("app/style.css");

        _scene.Refuses(new(), "Directory", "app",
            "no app is recognised in {app}; looked for passenger_wsgi.py, Django's manage.py, wsgi.py or app.py, a published ASP.NET Core app, "
            + "an ASP.NET Core project, package.json with a start script; it holds index.html, style.css",
            "Set \"Wsgi\" (as \"shop.wsgi:application\"), \"DotNet\" (as \"Shop.csproj\") or \"Command\" (as [ \"./server\", \"--listen\", \"{socket}\" ]).");
    }

    [Theory]
    [InlineData(0, "the directory is empty")]
    [InlineData(12, "f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20, f21")]
    [InlineData(14, "f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20, f21 and 2 more")]
    public void The_list_of_what_it_holds_has_an_end(int files, string end)
    {
        for (var file = 0; file < files; file++)
            _scene.Write($"app/f{10 + file}");

        Assert.Null(_scene.Create(new()));
        Assert.EndsWith(end, Assert.Single(_scene.Errors).Message, StringComparison.Ordinal);
    }

    private void AssertDetected(string start, string end)
    {
        var description = _scene.Good(new ProcessGroupSettings()).Description;
        Assert.StartsWith(start, description, StringComparison.Ordinal);
        Assert.EndsWith(end, description, StringComparison.Ordinal);
    }

    private void AssertHint(string hint)
    {
        Assert.Null(_scene.Create(new()));
        Assert.StartsWith($"no app is recognised in {_scene.App}; {hint}; looked for ", Assert.Single(_scene.Errors).Message, StringComparison.Ordinal);
    }
}
