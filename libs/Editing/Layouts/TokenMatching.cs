namespace VideoGrain.Editing.Layouts;

/// <summary>Finds a local prompt's tokens in the edit prompt (golden data 4.2).</summary>
public static class TokenMatching
{
    /// <summary>
    /// First place where all tokens of the phrase stand in the prompt, one after the other; null when there is none or the phrase is
    /// empty.
    /// </summary>
    /// <param name="prompt">Padded token ids of the edit prompt, markers included.</param>
    /// <param name="phrase">Token ids of the phrase without markers and padding.</param>
    public static TokenRange? Find(ReadOnlySpan<int> prompt, ReadOnlySpan<int> phrase)
    {
        if (phrase.IsEmpty) return null;
        var start = prompt.IndexOf(phrase);
        return start < 0 ? null : new TokenRange(start, phrase.Length);
    }

    /// <summary>
    /// For every token of the prompt the regions that own it, as bits. A later region takes words from an earlier one, unless
    /// <paramref name="shareEqual"/> lets regions with the very same range share it.
    /// </summary>
    /// <param name="tokens">Number of tokens of the padded prompt.</param>
    /// <param name="ranges">Range of each region's phrase, or null.</param>
    /// <param name="shareEqual">Regions with equal ranges share their words.</param>
    public static ulong[] Owners(int tokens, IReadOnlyList<TokenRange?> ranges, bool shareEqual)
    {
        var owners = new ulong[tokens];
        for (var region = 0; region < ranges.Count; region++)
        {
            if (ranges[region] is not { } range) continue;
            var bits = 1UL << region;
            for (var earlier = 0; shareEqual && earlier < region; earlier++)
            {
                if (ranges[earlier] == range) bits |= 1UL << earlier;
            }

            owners.AsSpan(range.Start, range.Count).Fill(bits);
        }

        return owners;
    }
}
