using System.Runtime.InteropServices;
using TestWorker;

// One tiny app that can misbehave in every way a worker may: `dotnet TestWorker.dll --socket PATH [verbs]`.
// Verbs of the start: exit-at-once=CODE garbage-start slow-start=MS never-ready live=MS ignore-stop fork flood=LINES notify answer=garbage|...
var options = new Options(args);
if (options.Value("say") is { } text)
{
    Console.Error.WriteLine(text);
}

if (options.Value("exit-at-once") is { } code)
{
    return int.Parse(code, null);
}

if (options.Has("garbage-start"))
{
    Garbage.Print();
}

if (options.Value("flood") is { } lines)
{
    Garbage.Flood(int.Parse(lines, null));
}

if (options.Has("fork"))
{
    Console.WriteLine($"grandchild {Grandchild.Start()}");
}

using var stop = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    Console.WriteLine("SIGTERM");
    if (!options.Has("ignore-stop"))
    {
        Environment.Exit(0);
    }
});

await Task.Delay(TimeSpan.FromMilliseconds(int.Parse(options.Value("slow-start") ?? "0", null)), TimeProvider.System);
if (options.Has("never-ready"))
{
    Console.WriteLine("never ready");
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
}

using var server = new Server(options);
Console.WriteLine($"listening {Environment.ProcessId}");
if (options.Has("notify"))
{
    Notify.Send("STATUS=up\nREADY=1");
}

if (options.Value("live") is { } life)
{
    await Task.WhenAny(server.RunAsync(), Task.Delay(TimeSpan.FromMilliseconds(int.Parse(life, null)), TimeProvider.System));
    Console.Error.WriteLine("the database is gone");
    return 1;
}

await server.RunAsync();
return 0;
