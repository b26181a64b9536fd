using System.Buffers;
using System.Globalization;
using System.Text;

namespace ProxyGroups.Proxying.Access;

/// <summary>ASCII that is put together bit by bit, whatever characters it is made of. One caller at a time.</summary>
internal sealed class AccessBytes
{
    // Digits, signs and what one character may become.
    private const int LongestBit = 32;

    private static readonly SearchValues<char> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(static code => (char)code).Except("\"\\")]);
    private static readonly SearchValues<char> PlainInWord = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(static code => (char)code).Except("\"\\")]);

    private byte[] _bytes = new byte[1024];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>What stands before it, then the number; null: a dash.</summary>
    public void PutNumber(ReadOnlySpan<byte> name, long? value)
    {
        Put(name);
        var free = Room(LongestBit);
        if (value is { } number)
        {
            number.TryFormat(free, out var length, default, CultureInfo.InvariantCulture);
            _length += length;
        }
        else
        {
            Put("-"u8);
        }
    }

    /// <summary>A point and six digits.</summary>
    public void PutFraction(long microseconds)
    {
        var digits = Room(LongestBit);
        digits[0] = (byte)'.';
        for (var place = 6; place > 0; place--)
        {
            digits[place] = (byte)('0' + (microseconds % 10));
            microseconds /= 10;
        }

        _length += 7;
    }

    public void TrimEnd(byte last)
    {
        while (_length > 0 && _bytes[_length - 1] == last)
        {
            _length--;
        }
    }

    /// <summary>As Apache escapes.</summary>
    /// <param name="value">Of any characters.</param>
    /// <param name="longest">How many of them; dots stand for the rest.</param>
    /// <param name="isWord">A blank ends it, so it holds none.</param>
    public void PutEscaped(string value, int longest, bool isWord)
    {
        var asIs = isWord ? PlainInWord : Plain;
        var rest = value.AsSpan(0, Math.Min(value.Length, longest));
        for (int plain; (plain = PutPlain(rest, asIs)) < rest.Length; rest = rest[(plain + 1)..])
        {
            PutEscape(rest[plain]);
        }

        Put(value.Length > longest ? "..."u8 : default);
    }

    /// <summary>What stands between the quotes of a JSON text.</summary>
    /// <param name="value">Of any characters.</param>
    /// <param name="longest">How many of them; dots stand for the rest.</param>
    public void PutJson(string value, int longest)
    {
        var rest = value.AsSpan(0, Math.Min(value.Length, longest));
        for (int plain; (plain = PutPlain(rest, Plain)) < rest.Length;)
        {
            rest = rest[(plain + PutJsonEscape(rest[plain..]))..];
        }

        Put(value.Length > longest ? "..."u8 : default);
    }

    // How much of it is written.
    private int PutPlain(ReadOnlySpan<char> text, SearchValues<char> asIs)
    {
        var plain = text.IndexOfAnyExcept(asIs) is >= 0 and var other ? other : text.Length;
        Ascii.FromUtf16(text[..plain], Room(plain), out var length);
        _length += length;
        return plain;
    }

    private void PutEscape(char next)
    {
        if (next is '"' or '\\')
        {
            Put([(byte)'\\', (byte)next]);
        }
        else if (next <= 0xff)
        {
            Put("\\x"u8);
            PutHex(next, "x2");
        }
        else
        {
            Put("\\u"u8);
            PutHex(next, "x4");
        }
    }

    // How many characters it took. Half a pair is none, and no reader would take it.
    private int PutJsonEscape(ReadOnlySpan<char> text)
    {
        if (text[0] is '"' or '\\')
        {
            Put([(byte)'\\', (byte)text[0]]);
            return 1;
        }

        var isPair = text.Length > 1 && char.IsSurrogatePair(text[0], text[1]);
        Put("\\u"u8);
        PutHex(char.IsSurrogate(text[0]) && !isPair ? '\ufffd' : text[0], "x4");
        if (isPair)
        {
            Put("\\u"u8);
            PutHex(text[1], "x4");
        }

        return isPair ? 2 : 1;
    }

    private void PutHex(char code, string format)
    {
        ((int)code).TryFormat(Room(LongestBit), out var length, format, CultureInfo.InvariantCulture);
        _length += length;
    }

    private Span<byte> Room(int length)
    {
        if (_bytes.Length - _length < length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + length));
        }

        return _bytes.AsSpan(_length);
    }
}
