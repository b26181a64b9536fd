using ProxyGroups.Configuration;
using Xunit;

namespace ProxyGroups.Tests.Runtimes;

public sealed class PythonInterpreterTests : IDisposable
{
    private readonly RuntimeScene _scene = new();

    public PythonInterpreterTests() => _scene.WriteProgram("programs/python3").WriteProgram("programs/python3.12");

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(null, "programs/python3")]
    [InlineData("python3.12", "programs/python3.12")]
    [InlineData("../programs/python3.12", "programs/python3.12")]
    public void Without_a_virtualenv_it_stands_alone(string? python, string expected)
    {
        var spec = _scene.Launch(Wsgi(python), _scene.Socket);

        Assert.Equal(Path.Combine(_scene.Root, expected), spec.Command[0]);
        Assert.Equal(_scene.Programs, spec.Environment["PATH"]);
        Assert.False(spec.Environment.ContainsKey("VIRTUAL_ENV"));
    }

    [Theory]
    [InlineData("venv", null)]
    [InlineData(".venv", null)]
    [InlineData("venv", "venv")]
    [InlineData("env", "env/")]
    [InlineData("env", "./env")]
    [InlineData("env", "env/bin/python")]
    [InlineData("python3", "python3")]
    public void A_virtualenv_is_activated(string directory, string? python)
    {
        _scene.WriteProgram($"app/{directory}/bin/python").Write($"app/{directory}/pyvenv.cfg");
        var spec = _scene.Launch(Wsgi(python), _scene.Socket);

        Assert.Equal($"{_scene.App}/{directory}/bin/python", spec.Command[0]);
        Assert.Equal($"{_scene.App}/{directory}", spec.Environment["VIRTUAL_ENV"]);
        Assert.Equal($"{_scene.App}/{directory}/bin:{_scene.Programs}", spec.Environment["PATH"]);
    }

    [Fact]
    public void A_directory_that_is_only_called_venv_is_none()
    {
        _scene.Write("app/venv/readme");

        Assert.Equal($"{_scene.Programs}/python3", _scene.Launch(Wsgi(null), _scene.Socket).Command[0]);
    }

    [Fact]
    public void A_broken_virtualenv_is_refused_rather_than_passed_over()
    {
        _scene.Write("app/.venv/pyvenv.cfg");

        _scene.Refuses(Wsgi(null), "Python", null, "{app}/.venv has no bin/python that can be run",
            "Make it anew with \"python3 -m venv\", or set \"Python\" to an interpreter.");
    }

    [Fact]
    public void A_directory_without_an_interpreter_is_refused()
    {
        _scene.Write("app/env/readme");

        _scene.Refuses(Wsgi("env"), "Python", "env", "{app}/env has no bin/python that can be run",
            "Make it anew with \"python3 -m venv\", or set \"Python\" to an interpreter.");
    }

    [Fact]
    public void A_path_to_nothing_is_refused() =>
        _scene.Refuses(Wsgi("./python"), "Python", "./python", "{app}/python is neither a program nor a virtualenv",
            "Correct the path; relative paths start at the app's directory.");

    [Fact]
    public void A_name_of_nothing_is_refused() =>
        _scene.Refuses(Wsgi("pypy"), "Python", "pypy", "there is no virtualenv {app}/pypy and no program pypy on PATH ({programs})",
            "Install it, or give the path of an interpreter or a virtualenv.");

    private static ProcessGroupSettings Wsgi(string? python) => new() { Wsgi = "shop:app", Python = python };
}
