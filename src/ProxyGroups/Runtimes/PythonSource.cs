using System.Text.RegularExpressions;

namespace ProxyGroups.Runtimes;

/// <summary>The top level of a Python file, read without running it.</summary>
internal sealed partial class PythonSource(string text)
{
    /// <summary>Without comments, with empty strings and joined lines, so that what remains at the start of a line is code.</summary>
    private readonly string _code = NoCode().Replace(text, match => match.Value[0] is '"' or '\'' ? "''" : " ");

    /// <summary>The first imported framework that speaks ASGI only.</summary>
    public string? AsyncFramework => AsyncImport().Match(_code) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Whether a top-level statement assigns, defines or imports <paramref name="name"/>; <c>name()</c> asks for a function.</summary>
    public bool Defines(string name) => name.EndsWith("()", StringComparison.Ordinal)
        ? IsFunction(name[..^2])
        : IsAssigned(name) || IsDefined(name) || IsImported(name);

    private bool IsFunction(string name) => Matches($@"^def\s+{name}\s*\(") || IsImported(name);

    private bool IsAssigned(string name) => Matches($@"^(?:\w+[ \t]*=[ \t]*)*{name}[ \t]*(?::[^=\n]+)?=(?!=)");

    private bool IsDefined(string name) => Matches($@"^(?:def|class)\s+{name}\b");

    private bool IsImported(string name) => Imports().Matches(_code).Any(import =>
        import.Groups[1].Value.Split(',').Any(item => BoundName(item) == name));

    /// <summary>What <c>x</c>, <c>x as y</c> and <c>package</c> bind.</summary>
    private static string BoundName(string item) =>
        item.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).LastOrDefault("");

    private bool Matches(string pattern) => Regex.IsMatch(_code, pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant);

    [GeneratedRegex("""#[^\n]*|\\\r?\n|("{3}|'{3})(?s:\\.|[^\\])*?\1|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", RegexOptions.CultureInvariant)]
    private static partial Regex NoCode();

    [GeneratedRegex(@"^(?:from\s+[\w.]+\s+)?import\s+(?:\(\s*)?((?<=\(\s*)[^)]*|[^\n(;]*)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Imports();

    [GeneratedRegex(@"^(?:from|import)\s+(fastapi|starlette|quart|litestar|sanic|blacksheep)\b", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex AsyncImport();
}
