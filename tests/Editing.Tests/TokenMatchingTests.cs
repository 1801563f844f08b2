using VideoGrain.Editing.Layouts;

namespace VideoGrain.Editing.Tests;

public sealed class TokenMatchingTests
{
    private static readonly int[] Prompt = [90, 1, 2, 3, 1, 2, 91, 91, 91];

    [Fact]
    public void Find_RepeatedPhrase_TakesTheFirst() => Assert.Equal(new TokenRange(1, 2), TokenMatching.Find(Prompt, [1, 2]));

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 3, 2 })]
    [InlineData(new[] { 2, 3, 1, 2, 5 })]
    public void Find_EmptyOrMissingPhrase_IsNull(int[] phrase) => Assert.Null(TokenMatching.Find(Prompt, phrase));

    [Fact]
    public void Find_AnyPartOfAnyPrompt_IsFoundWhereItFirstStands() =>
        Prop.ForAll(Gen.Choose(0, 3).NonEmptyListOf().ToArbitrary(), Gen.Choose(0, 100).Two().ToArbitrary(), (prompt, cut) =>
        {
            var ids = prompt.ToArray();
            var start = cut.Item1 % ids.Length;
            var phrase = ids.AsSpan(start, 1 + cut.Item2 % (ids.Length - start)).ToArray();
            var found = TokenMatching.Find(ids, phrase);
            return found is { } range && range.Start <= start && ids.AsSpan(range.Start, range.Count).SequenceEqual(phrase);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Owners_OverlappingPhrases_BelongToTheLater()
    {
        TokenRange?[] ranges = [new(1, 3), null, new(2, 1)];

        Assert.Equal([0, 1, 4, 1, 0], TokenMatching.Owners(5, ranges, shareEqual: true));
    }

    [Fact]
    public void Owners_EqualPhrases_AreSharedOnRequest()
    {
        TokenRange?[] ranges = [new(1, 2), new(1, 2)];

        Assert.Equal([0, 3, 3], TokenMatching.Owners(3, ranges, shareEqual: true));
        Assert.Equal([0, 2, 2], TokenMatching.Owners(3, ranges, shareEqual: false));
    }
}
