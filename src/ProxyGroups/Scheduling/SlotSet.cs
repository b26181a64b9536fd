using System.Numerics;

namespace ProxyGroups.Scheduling;

/// <summary>
/// The free slots of one worker as a bit map. The lowest is taken first: while fewer than <c>capacity</c> slots are busy the
/// lowest free one is below <c>capacity</c>, even after the capacity has shrunk.
/// </summary>
internal struct SlotSet
{
    private const int BitsPerWord = 64;
    private ulong[] _words;
    private int _size;

    /// <summary>Adds free slots up to <paramref name="size"/>; never takes any away.</summary>
    public void GrowTo(int size)
    {
        Array.Resize(ref _words, Math.Max(_words?.Length ?? 0, (size + BitsPerWord - 1) / BitsPerWord));
        while (_size < size)
        {
            Put(_size++);
        }
    }

    public readonly int TakeLowest()
    {
        int word = 0;
        while (_words[word] == 0)
        {
            word++;
        }

        int bit = BitOperations.TrailingZeroCount(_words[word]);
        _words[word] &= _words[word] - 1;
        return (word * BitsPerWord) + bit;
    }

    public readonly void Put(int slot) => _words[slot / BitsPerWord] |= 1UL << (slot % BitsPerWord);
}
