using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Supervision;

public sealed class LogLineTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);

    [Fact]
    public void A_plain_line_tells_when_and_who_and_on_which_stream() =>
        Assert.Equal("2026-03-04T05:06:07.089Z shop/2 generation 3 pid 99 stderr: it burns", Of("it burns"));

    [Theory]
    [InlineData("""{"level":"info","text":"a } b"}""", true)]
    [InlineData("{}", true)]
    [InlineData("""{"level":"info" [cut]""", false)]
    [InlineData("{'python': 'dict'}", false)]
    [InlineData("""{"a":1} {"b":2}""", false)]
    [InlineData("""[1]""", false)]
    [InlineData("{", false)]
    public void Json_stays_as_it_is(string line, bool isJson) => Assert.Equal(isJson, Of(line) == line);

    private static string Of(string text) => LogLine.Of(new("shop", 7, 2, 3), 99, new("stderr", text), Now);
}
