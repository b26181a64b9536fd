using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>The command line from afar: at the admin endpoint of a front door, with the token.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class AdminEndpointTests
{
    private const int Done = 0;
    private const int Refused = 1;
    private const int WrongUse = 2;
    private const int NotRunning = 3;
    private const string Told = "Admin: status, events and commands at http";

    private readonly string _root = FrontDoorProcess.CreateContentRoot();

    // Whoever steers from afar has no settings file.
    private readonly string _elsewhere = FrontDoorProcess.CreateContentRoot();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Every_command_works_with_the_token_and_none_without_it()
    {
        var (secret, file) = WriteToken(_root, "admin.token");
        await using var frontDoor = await FrontDoorProcess.StartAsync(Settings("http://127.0.0.1:0"), _root);
        await frontDoor.WaitForReadyAsync();
        var url = await AddressAsync(frontDoor);
        var (code, text) = await RunAsync(["status"], url, file);
        Assert.Equal(Done, code);
        Assert.Matches("(?m)^good .* serving$", text);
        (code, text) = await RunAsync(["status", "--json"], url, file);
        Assert.Equal((Done, frontDoor.Pid), (code, JsonElement.Parse(text).GetProperty("pid").GetInt32()));
        Assert.Equal((Done, "good is paused: its requests wait."), await RunAsync(["pause", "good"], url, file));
        Assert.Equal((Done, "good goes on."), await RunAsync(["resume", "good"], url, file));
        (code, text) = await RunAsync(["events"], url, file);
        Assert.Contains("good command: pause", text, StringComparison.Ordinal);
        (code, text) = await RunAsync(["explain", "good"], url, file);
        Assert.Contains("binds now", text, StringComparison.Ordinal);

        var (_, wrong) = WriteToken(_elsewhere, "wrong.token");
        (code, text) = await RunAsync(["stop", "good"], url, wrong);
        Assert.Equal(Refused, code);
        Assert.StartsWith("Send the token that the front door's AdminEndpoint:TokenFile holds", text, StringComparison.Ordinal);
        (code, text) = await FrontDoorProcess.RunToEndAsync(["stop", "good", "--url", url], _elsewhere);
        Assert.Equal((WrongUse, "--url needs --token-file FILE, a copy of what the front door's AdminEndpoint:TokenFile holds."), (code, text));
        (code, text) = await RunAsync(["status"], "http://192.0.2.1:9443", file);
        Assert.Equal(WrongUse, code);
        Assert.Contains("is no address to send a token to", text, StringComparison.Ordinal);
        File.SetUnixFileMode(wrong, File.GetUnixFileMode(wrong) | UnixFileMode.OtherRead);
        (code, text) = await RunAsync(["status"], url, wrong);
        Assert.Equal((WrongUse, $"{wrong} may be read or changed by others. Run: chmod 600 {wrong}"), (code, text));
        Assert.DoesNotContain(frontDoor.Log, line => line.Contains(secret, StringComparison.Ordinal));

        frontDoor.Signal("TERM");
        await frontDoor.Exited;
        (code, text) = await RunAsync(["status"], url, file);
        Assert.Equal(NotRunning, code);
        Assert.Contains($"See whether it runs with ProxyGroups:AdminEndpoint at {url}", text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Over_the_network_it_is_encrypted_and_a_certificate_that_nobody_vouches_for_is_not_believed()
    {
        var (_, file) = WriteToken(_root, "admin.token");
        var certificate = WriteCertificate();
        var settings = Settings("https://0.0.0.0:0");
        settings["Kestrel"] = JsonSerializer.SerializeToNode(new { Certificates = new { Default = new { Path = "cert.pem", KeyPath = "key.pem" } } });
        await using var frontDoor = await FrontDoorProcess.StartAsync(settings, _root);
        await frontDoor.WaitForReadyAsync();
        var url = (await AddressAsync(frontDoor)).Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal);
        var (code, text) = await FrontDoorProcess.RunToEndThroughAsync(["env", $"SSL_CERT_FILE={certificate}"], ["status", "--url", url, "--token-file", file], _elsewhere);
        Assert.True(code == Done, text);
        Assert.Matches("(?m)^good .* serving$", text);
        (code, text) = await RunAsync(["status"], url, file);
        Assert.Equal(Refused, code);
        Assert.StartsWith($"The certificate of {url} is not trusted", text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_reload_by_command_takes_the_new_token()
    {
        var (_, file) = WriteToken(_root, "admin.token");
        await using var frontDoor = await FrontDoorProcess.StartAsync(Settings("http://127.0.0.1:0"), _root);
        await frontDoor.WaitForReadyAsync();
        var url = await AddressAsync(frontDoor);
        var old = Path.Combine(_elsewhere, "old.token");
        File.Copy(file, old);
        WriteToken(_root, "admin.token");
        Assert.Equal(Done, (await RunAsync(["reload"], url, old)).ExitCode);
        await frontDoor.WaitForLogAsync(static line => line.Contains("the token has changed", StringComparison.Ordinal));
        Assert.Equal(Refused, (await RunAsync(["status"], url, old)).ExitCode);
        Assert.Equal(Done, (await RunAsync(["status"], url, file)).ExitCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task Without_a_token_the_front_door_does_not_start()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "appsettings.json"), Settings("http://127.0.0.1:0").ToJsonString(), Token);
        foreach (var command in new[] { "run", "check" })
        {
            var (code, text) = await FrontDoorProcess.RunToEndAsync([command], _root);
            Assert.NotEqual(Done, code);
            Assert.Contains("ProxyGroups:AdminEndpoint:TokenFile = \"admin.token\"", text, StringComparison.Ordinal);
            Assert.Contains("openssl rand -hex 32", text, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task The_live_page_of_afar_comes_by_the_command()
    {
        var (secret, file) = WriteToken(_root, "admin.token");
        await using var frontDoor = await FrontDoorProcess.StartAsync(Settings("http://127.0.0.1:0"), _root);
        await frontDoor.WaitForReadyAsync();
        await using var page = await FrontDoorProcess.StartThroughAsync(["env"], ["top", "--web", "--url", await AddressAsync(frontDoor), "--token-file", file], _elsewhere);
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false, CookieContainer = new CookieContainer() });
        var text = await browser.GetStringAsync(page.Address, Token);
        Assert.Contains("<script nonce=", text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        Assert.Contains("\"good\"", await browser.GetStringAsync(new Uri(page.Address, "v1/status"), Token), StringComparison.Ordinal);
    }

    private static JsonObject Settings(string url)
    {
        var settings = Site.Of(("good", new { Command = TestApps.TestWorker() }));
        settings["ProxyGroups"]!["AdminEndpoint"] = JsonSerializer.SerializeToNode(new { Url = url, TokenFile = "admin.token" });
        return settings;
    }

    private static (string Secret, string File) WriteToken(string folder, string name)
    {
        var (secret, file) = (RandomNumberGenerator.GetHexString(64, lowercase: true), Path.Combine(folder, name));
        File.WriteAllText(file, secret + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return (secret, file);
    }

    private string WriteCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path.Combine(_root, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_root, "cert.pem"), certificate.ExportCertificatePem());
        return Path.Combine(_root, "cert.pem");
    }

    private Task<(int ExitCode, string Output)> RunAsync(string[] command, string url, string tokenFile) =>
        FrontDoorProcess.RunToEndAsync([.. command, "--url", url, "--token-file", tokenFile], _elsewhere);

    private static async Task<string> AddressAsync(FrontDoorProcess frontDoor)
    {
        var line = await frontDoor.WaitForLogAsync(static line => line.Contains(Told, StringComparison.Ordinal));
        return line[(line.IndexOf(Told, StringComparison.Ordinal) + Told.Length - "http".Length)..].Split(',')[0];
    }
}
