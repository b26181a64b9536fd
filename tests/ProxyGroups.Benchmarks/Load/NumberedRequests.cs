using System.Text;
using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Load;

/// <summary>Requests of several methods; the app writes down the number of each that it meets.</summary>
internal static class NumberedRequests
{
    private static readonly string[] Methods = ["GET", "POST", "GET", "DELETE", "GET", "PUT"];

    public static bool IsSafe(int number) => MethodOf(number) == "GET";

    public static ReadOnlyMemory<byte> Create(int number) => IsSafe(number)
        ? BenchFrontDoor.Get($"/record?id={number}")
        : BenchFrontDoor.With(MethodOf(number), $"/record?id={number}");

    private static string MethodOf(int number) => Methods[number % Methods.Length];
}
