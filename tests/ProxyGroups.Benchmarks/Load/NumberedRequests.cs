using System.Text;
using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Load;

/// <summary>
/// Requests of several methods, whose app writes down the number of each that it meets: without a body, with a small one, which is read
/// before a slot is taken, and with a large one, which streams to the worker.
/// </summary>
internal static class NumberedRequests
{
    private const int Small = 1000;
    private const int Large = 100_000;

    private static readonly (string Method, int Body)[] Kinds = [("GET", 0), ("POST", Small), ("GET", 0), ("DELETE", 0), ("GET", 0), ("POST", Large), ("GET", 0), ("PUT", Small)];

    public static bool IsSafe(int number) => KindOf(number).Method == "GET";

    public static ReadOnlyMemory<byte> Create(int number) => BenchFrontDoor.With(KindOf(number).Method, $"/record?id={number}", KindOf(number).Body);

    private static (string Method, int Body) KindOf(int number) => Kinds[number % Kinds.Length];
}
