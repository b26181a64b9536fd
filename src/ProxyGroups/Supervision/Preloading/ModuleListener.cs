using System.Text.RegularExpressions;

namespace ProxyGroups.Supervision;

/// <summary>
/// Puts the report of one process together. A process may say anything: what is no name of a module is dropped, and so is whatever comes
/// after <see cref="MostNames"/> names, <see cref="MostLines"/> lines of code or after the first report.
/// </summary>
internal sealed partial class ModuleListener
{
    public const int MostNames = 5_000;

    public const int MostLines = 20_000;

    private readonly List<string> _loaded = [];
    private readonly List<string> _others = [];
    private readonly List<CodeWord> _code = [];
    private int _lines;
    private bool _hasEnded;

    /// <returns>The report, once, when its last word has come.</returns>
    public ModuleReport? Hear(ModulesWord word)
    {
        if (_hasEnded)
        {
            return null;
        }

        Add(_loaded, word.Loaded);
        Add(_others, word.Others);
        Add(word.Code);
        _hasEnded = word.Size is not null;
        return word.Size is { } size ? new([.. _loaded.Distinct()], [.. _others.Distinct()], size) { Code = CodeWord.Union(_code) } : null;
    }

    /// <summary>A name as in an import, in ASCII, and nothing that would be a path, an option or a program.</summary>
    public static bool IsName(string text) => ModuleName().IsMatch(text) && !text.Split('.').Contains("__main__");

    private void Add(List<string> names, IReadOnlyList<string> said) =>
        names.AddRange(said.Where(IsName).Take(Math.Max(0, MostNames - _loaded.Count - _others.Count)));

    private void Add(IReadOnlyList<string> words)
    {
        foreach (var word in words.Select(CodeWord.Parse).OfType<CodeWord>().TakeWhile(word => _lines + word.Lines.Count <= MostLines))
        {
            _lines += word.Lines.Count;
            _code.Add(word);
        }
    }

    [GeneratedRegex(@"\A(?=.{1,200}\z)[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*\z")]
    private static partial Regex ModuleName();
}
