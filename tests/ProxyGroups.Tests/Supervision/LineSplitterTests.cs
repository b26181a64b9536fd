using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Supervision;

public sealed class LineSplitterTests
{
    [Theory]
    [InlineData("one\ntwo\n", "one|two")]
    [InlineData("one\r\ntwo", "one|two")]
    [InlineData("\n\n", "|")]
    [InlineData("", "")]
    [InlineData("12345678", "12345678")]
    [InlineData("123456789\nnext", "12345678 [cut]|next")]
    [InlineData("1234567890123456789012345", "12345678 [cut]")]
    public void Lines_come_out_whole_and_capped_however_they_arrive(string text, string expected)
    {
        foreach (var size in Enumerable.Range(1, 10))
        {
            List<string> lines = [];
            var splitter = new LineSplitter(maxLength: 8);
            foreach (var part in text.Chunk(size))
            {
                splitter.Feed(part, lines.Add);
            }

            splitter.Complete(lines.Add);
            Assert.Equal(expected, string.Join('|', lines));
        }
    }
}
