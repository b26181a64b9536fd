using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Workers of another user under a front door that is root: what they have, and what root's rights are not lent for.</summary>
public sealed class WorkerUserTests
{
    private const string User = "nobody";

    private const string App = """
        import json, os
        def application(environ, start_response):
            start_response('200 OK', [('Content-Type', 'application/json')])
            facts = dict(user=os.getuid(), folder=os.getcwd(), path=os.environ.get('LD_LIBRARY_PATH'), colour=os.environ.get('COLOUR'))
            return [json.dumps(facts).encode()]
        """;

    // Puts a link to another socket in the place of its own.
    private const string Swapper = """
        import os, socket, sys
        path, target = sys.argv[1:]
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()
        while True:
            connection, _ = listener.accept()
            if b'GET /swap' in connection.recv(10000):
                os.unlink(path)
                os.symlink(target, path)
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
            connection.close()
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_Wsgi_app_runs_as_its_user_with_its_own_folder_and_variables()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return;
        }

        var root = FrontDoorProcess.CreateContentRoot();
        new DirectoryInfo(root).UnixFileMode |= UnixFileMode.OtherExecute;
        var app = Directory.CreateDirectory(Path.Combine(root, "app")).FullName;
        await File.WriteAllTextAsync(Path.Combine(app, "wsgi.py"), App, Token);
        await File.WriteAllTextAsync(Path.Combine(app, ".env"), "COLOUR=green\nLD_LIBRARY_PATH=/srv/lib\n", Token);
        await using var frontDoor = await FrontDoorProcess.StartAsync(
            Site.Of(("app", new { Directory = app, Wsgi = "wsgi:application", TestApps.Python, Worker = new { User, EnvironmentFile = ".env" } })), root);
        var facts = await frontDoor.Client.GetFromJsonAsync<JsonElement>("/app/", Token);
        Assert.Equal($$"""{"user": 65534, "folder": "{{app}}", "path": "/srv/lib", "colour": "green"}""", facts.GetRawText());
    }

    [Fact(Timeout = 120_000)]
    public async Task No_request_reaches_a_socket_of_roots_by_a_link_in_the_place_of_the_workers()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        var root = FrontDoorProcess.CreateContentRoot();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var target = Path.Combine(root, "root.sock");
        listener.Bind(new UnixDomainSocketEndPoint(target));
        listener.Listen();
        await using var frontDoor = await FrontDoorProcess.StartAsync(
            Site.Of(("app", new { Directory = "/", Command = new[] { TestApps.Python, "-c", Swapper, "{socket}", target }, Worker = new { User } })), root);
        Assert.Equal("ok", await frontDoor.Client.GetStringAsync("/app/", Token));
        Assert.Equal("ok", await frontDoor.Client.GetStringAsync("/app/swap", Token));

        // Refused, or answered by a successor: a worker that does not listen any more is replaced.
        using var answer = await frontDoor.Client.GetAsync("/app/containers/json", Token);
        Assert.Equal(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Token) == "ok");
        using var connection = await listener.AcceptAsync(Token);
        Assert.Equal(0, await connection.ReceiveAsync(new byte[100], Token));
        await frontDoor.WaitForLogAsync(static line => line.Contains("its listener is a process of user 0", StringComparison.Ordinal));
    }
}
