using ProxyGroups.Configuration;
using Xunit;

namespace ProxyGroups.Tests.Configuration;

public sealed class SizeTextTests
{
    private const string HowTo = "Write a number with a unit: kB, MB, GB (powers of 1000) or KiB, MiB, GiB (powers of 1024).";

    [Theory]
    [InlineData("1kB", 1_000L)]
    [InlineData("1MB", 1_000_000L)]
    [InlineData("2GB", 2_000_000_000L)]
    [InlineData("64KiB", 65_536L)]
    [InlineData("1MiB", 1_048_576L)]
    [InlineData("1.5GiB", 1_610_612_736L)]
    [InlineData("0KiB", 0L)]
    [InlineData("8000000000GiB", 8_589_934_592_000_000_000L)]
    [InlineData("off", null)]
    public void A_size_is_read(string text, long? bytes)
    {
        var parsed = SizeText.Parse(text);
        Assert.Null(parsed.Problem);
        Assert.Equal(bytes, parsed.Value);
        Assert.Matches(SizeText.Pattern, text);
    }

    [Theory]
    [InlineData("64", "has no unit", HowTo)]
    [InlineData("0", "has no unit", HowTo)]
    [InlineData("64KB", "has an unknown unit", "Write \"64KiB\" (x 1024) or \"64kB\" (x 1000).")]
    [InlineData("64k", "has an unknown unit", "Write \"64KiB\" (x 1024) or \"64kB\" (x 1000).")]
    [InlineData("1M", "has an unknown unit", "Write \"1MiB\" (x 1024) or \"1MB\" (x 1000).")]
    [InlineData("1.5g", "has an unknown unit", "Write \"1.5GiB\" (x 1024) or \"1.5GB\" (x 1000).")]
    [InlineData("512B", "has an unknown unit", HowTo)]
    [InlineData("1TiB", "has an unknown unit", HowTo)]
    [InlineData("64 KiB", "is not a size", HowTo)]
    [InlineData("", "is not a size", HowTo)]
    [InlineData("-1KiB", "is not a size", HowTo)]
    [InlineData("much", "is not a size", HowTo)]
    [InlineData("9000000000GiB", "is too large", "Write less than \"8000000000GiB\".")]
    [InlineData("99999999999999999999999999999999KiB", "is too large", "Write less than \"8000000000GiB\".")]
    public void Anything_else_is_refused_with_what_to_write(string text, string problem, string remedy)
    {
        var parsed = SizeText.Parse(text);
        Assert.Equal((problem, remedy), (parsed.Problem, parsed.Remedy));
        Assert.DoesNotMatch(SizeText.Pattern.Length > 0 && problem != "is too large" ? SizeText.Pattern : "never", text);
    }

    [Theory]
    [InlineData(null, "off")]
    [InlineData(0L, "off")]
    [InlineData(65_536L, "64KiB")]
    [InlineData(1_000L, "1kB")]
    [InlineData(1L << 30, "1GiB")]
    [InlineData(1_001L, "1001 bytes")]
    public void A_size_is_written_in_its_largest_whole_unit(long? bytes, string text) => Assert.Equal(text, SizeText.Format(bytes));
}
