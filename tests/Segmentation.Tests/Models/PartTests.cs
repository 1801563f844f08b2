using VideoGrain.Media;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Tests.Support;

namespace VideoGrain.Segmentation.Tests.Models;

/// <summary>Classes that a profile calls parts, on a network that knows colours: green is an object, blue a part.</summary>
public sealed class PartTests : IDisposable
{
    private const int Side = 32;
    private static readonly Colour Green = new(0, 255, 0);
    private static readonly Colour Blue = new(0, 0, 255);

    private readonly TestModels _models = new();
    private readonly Frame _frame = new(Side, Side, new Colour(255, 0, 0));

    [Fact]
    public void Detect_PartsInAndOnAnObject_AreOneRegionAndStayTheObjects()
    {
        Fill(2, 8, 16, 14, Green);
        Fill(5, 12, 3, 3, Blue);
        Fill(11, 12, 3, 3, Blue);

        var found = Detect();

        var (whole, eyes) = (found.Single(d => !d.IsPart), found.Single(d => d.IsPart));
        Assert.Equal(("green", "blue"), (whole.ClassName, eyes.ClassName));
        Assert.Equal((16 * 14, 18), (whole.Mask.Count, eyes.Mask.Count));
    }

    [Fact]
    public void Objects_PartBetweenTwoObjects_IsTheOnesThatItTouchesMore()
    {
        // The hat (3) sits on the object on the left (1), and its corner meets the one on the right (2).
        int[] labels =
        [
            0, 0, 0, 0, 2, 2, 2,
            0, 3, 3, 3, 2, 2, 2,
            0, 1, 1, 1, 0, 0, 0,
            0, 1, 1, 1, 0, 0, 0,
            0, 1, 1, 1, 0, 0, 0,
        ];

        var found = new LabelMap(7, 5, labels, classes: 3).Objects([false, false, true]);

        Assert.Equal([(1, 12), (2, 6), (3, 3)], found.Select(f => (f.Label, f.Runs.Sum(r => r.Length))));
    }

    [Fact]
    public void Detect_PartsOfTwoObjects_AreARegionEach()
    {
        Fill(1, 10, 10, 12, Green);
        Fill(4, 13, 3, 3, Blue);
        Fill(20, 10, 10, 12, Green);
        Fill(23, 13, 3, 3, Blue);

        Assert.Equal(2, Detect().Count(d => d.IsPart));
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(4, 1)]
    public void Detect_SmallPart_IsMeasuredAgainstItsObject(int side, int parts)
    {
        // Both are far below the least area of an object; a fiftieth of the object's area lies between the two.
        Fill(6, 6, 20, 20, Green);
        Fill(10, 10, side, side, Blue);

        var found = Detect(minPartArea: 0.02);

        Assert.Equal(parts, found.Count(d => d.IsPart));
        Assert.Equal(400, found.Single(d => !d.IsPart).Mask.Count);
    }

    [Fact]
    public void Detect_PartByItself_IsAnObjectOfItsSize()
    {
        Fill(4, 4, 12, 12, Blue);
        Fill(25, 25, 2, 2, Blue);

        Assert.Equal(144, Assert.Single(Detect()).Mask.Count);
    }

    public void Dispose() => _models.Dispose();

    private IReadOnlyList<Detection> Detect(double minPartArea = 0.01)
    {
        _models.Install("m", ToyModels.Colours(Side), FormattableString.Invariant($"{ToyModels.ColoursProfile("m", Side)}\nparts: [blue]\nmin_part_area: {minPartArea}\n"));
        using var detector = _models.Detector();
        return detector.Model.Detect(_frame, new MaskCleanUp(0, 0.03), TestContext.Current.CancellationToken);
    }

    private void Fill(int left, int top, int width, int height, Colour colour)
    {
        for (var y = top; y < top + height; y++)
        {
            for (var x = left; x < left + width; x++)
                _frame[x, y] = colour;
        }
    }
}
