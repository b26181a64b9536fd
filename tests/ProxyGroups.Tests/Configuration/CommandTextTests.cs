using ProxyGroups.Configuration;
using Xunit;

namespace ProxyGroups.Tests.Configuration;

public sealed class CommandTextTests
{
    [Theory]
    [InlineData("gunicorn shop:app", "gunicorn|shop:app")]
    [InlineData("  a \t b\n c ", "a|b|c")]
    [InlineData("a 'b c' d", "a|b c|d")]
    [InlineData("a \"b c\" d", "a|b c|d")]
    [InlineData("a\" b\"'c 'd", "a bc d")]
    [InlineData("a '' \"\"", "a||")]
    [InlineData(@"a\ b \\ \'", @"a b|\|'")]
    [InlineData("""a "b \"c\" \n" """, @"a|b ""c"" \n")]
    [InlineData(@"a 'b\n'", @"a|b\n")]
    [InlineData("a $HOME *.py {socket}", "a|$HOME|*.py|{socket}")]
    [InlineData("sh -c '; a && b'", "sh|-c|; a && b")]
    [InlineData("grep '|' \\;", "grep|||;")]
    public void A_command_line_is_split_as_a_shell_splits_words(string text, string words) =>
        Assert.Equal(words, string.Join('|', CommandText.Split(text).Value));

    [Theory]
    [InlineData("a 'b", "has an opening ' without its end")]
    [InlineData("a \"b'", "has an opening \" without its end")]
    [InlineData("a \\", "ends with a backslash")]
    [InlineData("cd x && npm start", "uses a shell operator, but no shell runs it")]
    [InlineData("npm start &", "uses a shell operator, but no shell runs it")]
    [InlineData("npm start > log", "uses a shell operator, but no shell runs it")]
    public void What_no_shell_would_run_is_refused(string text, string problem) =>
        Assert.Equal(problem, CommandText.Split(text).Problem);
}
