using System.Globalization;
using System.Text;

namespace VideoGrain.Diffusion.Text;

/// <summary>
/// Unicode normalisation form C. The runtime's own is switched off together with its culture data (invariant globalization), and a prompt
/// typed with combining accents must still find the same tokens as one typed with composed letters.
/// </summary>
internal static class CanonicalComposition
{
    private const string Resource = "canonical-composition.txt";

    // Hangul syllables compose by arithmetic (Unicode standard, section 3.12).
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TailCount = 28, HangulCount = LeadCount * VowelCount * TailCount;

    private static readonly Lazy<Tables> Data = new(Load);

    /// <summary>Normalises a text; text below the first combining mark is returned as it is.</summary>
    public static string Normalize(string text)
    {
        const char FirstAffected = '\u00C0';
        if (!text.AsSpan().ContainsAnyInRange(FirstAffected, char.MaxValue)) return text;
        var runes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes()) Decompose(rune.Value, runes);
        Reorder(runes);
        return Compose(runes);
    }

    private static void Decompose(int rune, List<int> output)
    {
        if (rune is >= HangulBase and < HangulBase + HangulCount)
        {
            var syllable = rune - HangulBase;
            output.Add(LeadBase + syllable / (VowelCount * TailCount));
            output.Add(VowelBase + syllable % (VowelCount * TailCount) / TailCount);
            if (syllable % TailCount != 0) output.Add(TailBase + syllable % TailCount);
        }
        else if (Data.Value.Decompositions.TryGetValue(rune, out var parts))
        {
            Decompose(parts.First, output);
            if (parts.Second != 0) Decompose(parts.Second, output);
        }
        else
        {
            output.Add(rune);
        }
    }

    /// <summary>Sorts each run of combining marks by class, keeping the order of equal ones.</summary>
    private static void Reorder(List<int> runes)
    {
        for (var start = 0; start < runes.Count; start++)
        {
            if (Class(runes[start]) == 0) continue;
            var end = start;
            while (end < runes.Count && Class(runes[end]) != 0) end++;
            var sorted = runes.GetRange(start, end - start).OrderBy(Class).ToList();
            for (var i = 0; i < sorted.Count; i++) runes[start + i] = sorted[i];
            start = end;
        }
    }

    private static string Compose(List<int> runes)
    {
        var result = new List<int>(runes.Count);
        var starter = -1;
        var lastClass = 0;
        foreach (var rune in runes)
        {
            var combiningClass = Class(rune);
            var adjacent = starter == result.Count - 1;
            if (starter >= 0 && (adjacent || (lastClass != 0 && lastClass < combiningClass)) && TryCompose(result[starter], rune, out var composed))
            {
                result[starter] = composed;
                continue;
            }

            if (combiningClass == 0) starter = result.Count;
            lastClass = combiningClass;
            result.Add(rune);
        }

        var text = new StringBuilder(result.Count);
        foreach (var rune in result) text.Append(new Rune(rune).ToString());
        return text.ToString();
    }

    private static bool TryCompose(int first, int second, out int composed)
    {
        if (first is >= LeadBase and < LeadBase + LeadCount && second is >= VowelBase and < VowelBase + VowelCount)
        {
            composed = HangulBase + ((first - LeadBase) * VowelCount + second - VowelBase) * TailCount;
            return true;
        }

        var isOpenSyllable = first is >= HangulBase and < HangulBase + HangulCount && (first - HangulBase) % TailCount == 0;
        if (isOpenSyllable && second is > TailBase and < TailBase + TailCount)
        {
            composed = first + second - TailBase;
            return true;
        }

        return Data.Value.Compositions.TryGetValue((first, second), out composed);
    }

    private static int Class(int rune)
    {
        var classes = Data.Value.Classes;
        int low = 0, high = classes.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (rune < classes[middle].First) high = middle - 1;
            else if (rune > classes[middle].Last) low = middle + 1;
            else return classes[middle].Class;
        }

        return 0;
    }

    private static Tables Load()
    {
        var tables = new Tables([], [], []);
        using var stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            var range = line.Split('-', ':');
            if (range.Length == 3)
            {
                tables.Classes.Add((Hex(range[0]), Hex(range[1]), int.Parse(range[2], CultureInfo.InvariantCulture)));
                continue;
            }

            var excluded = line.StartsWith('!');
            var parts = line.TrimStart('!').Split(' ').Select(Hex).ToArray();
            var second = parts.Length > 2 ? parts[2] : 0;
            tables.Decompositions.Add(parts[0], (parts[1], second));
            if (!excluded) tables.Compositions.Add((parts[1], second), parts[0]);
        }

        return tables;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed record Tables(
        Dictionary<int, (int First, int Second)> Decompositions,
        Dictionary<(int First, int Second), int> Compositions,
        List<(int First, int Last, int Class)> Classes);
}
