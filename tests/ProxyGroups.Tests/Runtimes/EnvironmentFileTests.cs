using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;
using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Runtimes;

public sealed class EnvironmentFileTests : IDisposable
{
    private readonly RuntimeScene _scene = new();

    public EnvironmentFileTests() => _scene.WriteProgram("programs/server");

    public void Dispose() => _scene.Dispose();

    private static ProcessGroupSettings Settings => new() { Command = ["server", "{socket}"], Worker = new() { EnvironmentFile = "conf/.env" } };

    [Fact]
    public void Lines_become_variables()
    {
        var variables = EnvironmentFile.Parse("f", "# a comment\n\nA=1\r\n  B = x \nC=\"a b\"\nD='\"'\nE=a=b # no comment\nF=\n".Replace(" = ", "=", StringComparison.Ordinal));
        Assert.Equal(new Dictionary<string, string> { ["A"] = "1", ["B"] = "x", ["C"] = "a b", ["D"] = "\"", ["E"] = "a=b # no comment", ["F"] = "" }, variables);
    }

    [Theory]
    [InlineData("A=1\nsecret", "Line 2 of 'f' is no NAME=value")]
    [InlineData("=secret", "Line 1 of 'f' is no NAME=value")]
    [InlineData("export A=secret", "Line 1 of 'f' is no NAME=value")]
    [InlineData("PROXYGROUPS_RANK=secret", "'f' sets PROXYGROUPS_RANK, which the front door sets for each worker")]
    [InlineData("NOTIFY_SOCKET=secret", "'f' sets NOTIFY_SOCKET, which the front door sets for each worker")]
    public void A_wrong_line_is_named_without_its_value(string text, string message)
    {
        var fault = Assert.Throws<LaunchException>(() => EnvironmentFile.Parse("f", text));
        Assert.Equal(message, fault.Message);
        Assert.DoesNotContain("secret", fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_is_read_at_each_start_between_the_passed_and_the_written_variables()
    {
        _scene.Ours["PASSED"] = "passed";
        _scene.Write("app/conf/.env", "PASSED=file\nWRITTEN=file\nOWN=1");
        var runtime = _scene.Good(Settings with { PassEnvironment = ["PASSED"], Environment = new Dictionary<string, string> { ["WRITTEN"] = "settings" } });
        var first = runtime.CreateLaunchSpec(new("shop", 7, 2, 3), _scene.Socket).Environment;
        _scene.Write("app/conf/.env", "OWN=2");
        var second = runtime.CreateLaunchSpec(new("shop", 8, 2, 3), _scene.Socket).Environment;
        Assert.Equal(("file", "settings", "1"), (first["PASSED"], first["WRITTEN"], first["OWN"]));
        Assert.Equal(("passed", "settings", "2"), (second["PASSED"], second["WRITTEN"], second["OWN"]));
    }

    [Fact]
    public void A_file_that_is_missing_or_wrong_is_refused_at_load()
    {
        Assert.Null(_scene.Create(Settings));
        Assert.Equal("ProxyGroups:ProcessGroups:shop:Worker:EnvironmentFile", Assert.Single(_scene.Errors).Path);
        _scene.Errors.Clear();
        _scene.Write("app/conf/.env", "no variable");
        Assert.Null(_scene.Create(Settings));
        Assert.Contains("Line 1 of", Assert.Single(_scene.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_removed_later_fails_the_start_of_the_next_worker()
    {
        _scene.Write("app/conf/.env", "A=1");
        var runtime = _scene.Good(Settings);
        File.Delete(Path.Combine(_scene.App, "conf/.env"));
        Assert.Throws<LaunchException>(() => runtime.CreateLaunchSpec(new("shop", 7, 2, 3), _scene.Socket));
    }
}
