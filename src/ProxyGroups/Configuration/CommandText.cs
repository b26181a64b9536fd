using System.Text;

namespace ProxyGroups.Configuration;

/// <summary>
/// Splits a command line into words as a POSIX shell does: blanks separate, quotes and backslash protect.
/// Nothing is expanded and no shell runs, so shell operators are refused rather than handed to the program.
/// </summary>
internal static class CommandText
{
    private static readonly string[] Operators = ["|", "||", "&", "&&", ";", ">", ">>", "<", "2>&1"];

    public static Parsed<IReadOnlyList<string>> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (started, quoted, quote) = (false, false, '\0');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && quote != '\'')
            {
                if (i + 1 == text.Length)
                {
                    return Unfinished("ends with a backslash", "Write \\\\ for a backslash, or remove it.");
                }

                var next = text[++i];
                // Inside double quotes a backslash protects only these (POSIX 2.2.3); before others it stays.
                word.Append(quote == '"' && next is not ('"' or '\\' or '$' or '`') ? "\\" : "").Append(next);
                (started, quoted) = (true, true);
            }
            else if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote == '\0' ? c : '\0';
                (started, quoted) = (true, true);
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (!Finish())
                {
                    return ShellNeeded();
                }
            }
            else
            {
                word.Append(c);
                started = true;
            }
        }

        if (quote != '\0')
        {
            return Unfinished($"has an opening {quote} without its end", "Close the quote, or write a list of words.");
        }

        return Finish() ? Parsed.Ok<IReadOnlyList<string>>(words) : ShellNeeded();

        bool Finish()
        {
            var isOperator = !quoted && Operators.Contains(word.ToString());
            if (started)
            {
                words.Add(word.ToString());
            }

            word.Clear();
            (started, quoted) = (false, false);
            return !isOperator;
        }
    }

    private static Parsed<IReadOnlyList<string>> Unfinished(string problem, string remedy) =>
        Parsed.Error<IReadOnlyList<string>>(problem, remedy);

    private static Parsed<IReadOnlyList<string>> ShellNeeded() => Unfinished(
        "uses a shell operator, but no shell runs it", "Write [ \"sh\", \"-c\", \"...; exec program\" ].");
}
