using System.Text.Json;

namespace ProxyGroups.Host.Steering;

/// <summary>Writes what a command has to say: text for people, with colours on a terminal only, or JSON for programs.</summary>
internal sealed class Report(TextWriter output, bool isJson)
{
    /// <summary>The output is a terminal that obeys control sequences.</summary>
    public static bool HasScreen { get; } = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>Only on such a terminal, and where NO_COLOR does not say otherwise.</summary>
    public bool HasColours { get; } = HasScreen && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public bool IsJson { get; } = isJson;

    /// <summary>The answer as it came, or in words; refusals alike.</summary>
    /// <returns>The exit code.</returns>
    public int Write(FrontDoorReply reply, Action<Report, FrontDoorReply> describe)
    {
        if (IsJson)
        {
            Line(reply.Json);
        }
        else if (reply.IsTaken)
        {
            describe(this, reply);
        }
        else
        {
            Console.Error.WriteLine(reply.Refusal);
        }

        return reply.IsTaken ? ExitCode.Done : ExitCode.Refused;
    }

    public int Fail(SteeringException failure)
    {
        if (IsJson)
        {
            Line(JsonSerializer.Serialize(new { title = failure.ExitCode == ExitCode.NotRunning ? "Not running" : "Not done", detail = failure.Message }));
        }
        else
        {
            Console.Error.WriteLine(failure.Message);
        }

        return failure.ExitCode;
    }

    public void Line(string text) => output.WriteLine(text);

    /// <summary>The word by which a person sees at once how something is: red, yellow or green.</summary>
    public string Paint(string state) => !HasColours ? state : $"\u001b[{ColourOf(state)}m{state}\u001b[0m";

    /// <summary>Of the terminal (SGR).</summary>
    public static int ColourOf(string state) => state switch
    {
        "serving" or "running" or "ready" => 32,
        "failing" or "exited" => 31,
        _ => 33,
    };
}
