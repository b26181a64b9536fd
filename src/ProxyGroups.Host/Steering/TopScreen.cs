using System.Runtime.InteropServices;

namespace ProxyGroups.Host.Steering;

/// <summary>Draws the live picture on the whole terminal, until q or a signal; then the terminal is as it was.</summary>
internal sealed class TopScreen(FrontDoorClient client, Report report)
{
    private const string Enter = "\u001b[?1049h\u001b[?25l";
    private const string Leave = "\u001b[?25h\u001b[?1049l";
    private const string Home = "\u001b[H";
    private const string ToEndOfLine = "\u001b[K";
    private const string ToEndOfScreen = "\u001b[J";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        await Console.Out.WriteAsync(Enter);
        try
        {
            while (!ended.IsCancellationRequested && !IsQuitPressed())
            {
                await Console.Out.WriteAsync(await LookAsync(ended.Token));
                await Task.Delay(BetweenLooks, TimeProvider.System, ended.Token);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Ended by a signal, as by q.
        }
        finally
        {
            await Console.Out.WriteAsync(Leave);
        }

        return ExitCode.Done;

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ended.Cancel();
        }
    }

    // A front door that is started anew comes back into the picture.
    private async Task<string> LookAsync(CancellationToken cancellationToken)
    {
        // A terminal that does not know its size says 0.
        var (width, height) = Console.WindowWidth > 0 ? (Console.WindowWidth, Console.WindowHeight) : (80, 24);
        var picture = new TopPicture(width, height, report.HasColours);
        try
        {
            var reply = await client.GetAsync("/v1/status", cancellationToken);
            return Frame(reply.IsTaken ? picture.Draw(reply.Read<FrontDoorStatus>()) : [reply.Refusal]);
        }
        catch (SteeringException exception)
        {
            return Frame([exception.Message]);
        }
    }

    private static string Frame(IEnumerable<string> lines) => Home + string.Join("\r\n", lines.Select(static line => line + ToEndOfLine)) + ToEndOfScreen;

    private static bool IsQuitPressed()
    {
        while (!Console.IsInputRedirected && Console.KeyAvailable)
        {
            if (Console.ReadKey(intercept: true).Key == ConsoleKey.Q)
            {
                return true;
            }
        }

        return false;
    }
}
