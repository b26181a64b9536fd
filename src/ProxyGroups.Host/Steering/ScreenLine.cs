using System.Text;

namespace ProxyGroups.Host.Steering;

/// <summary>One line of a terminal: text with colours, cut off where the terminal ends.</summary>
internal sealed class ScreenLine(int width, bool hasColours)
{
    private readonly StringBuilder _text = new();
    private int _room = width;

    public ScreenLine Add(string text, int? colour = null)
    {
        var shown = text.Length <= _room ? text : text[.._room];
        _room -= shown.Length;
        _text.Append(hasColours && colour is not null ? $"\u001b[{colour}m{shown}\u001b[0m" : shown);
        return this;
    }

    public override string ToString() => _text.ToString();
}
