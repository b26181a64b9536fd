using System.Text;

namespace TestWorker;

/// <summary>Output that no log should choke on.</summary>
internal static class Garbage
{
    public static void Print()
    {
        using var output = Console.OpenStandardOutput();
        output.Write([0xFF, 0xFE, 0x00, 0x1B, (byte)'g', (byte)'\n']);
        output.Write(Encoding.ASCII.GetBytes(new string('x', 20_000) + "\r\nno line end"));
    }

    public static void Flood(int lines)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 65536);
        for (var line = 0; line < lines; line++)
        {
            output.WriteLine($"flood {line} {new string('.', 80)}");
        }
    }
}
