using VideoGrain.Media.Pictures;

namespace VideoGrain.Media.Tests;

public sealed class PictureTests
{
    [Fact]
    public void Grid_PlacesFramesWithWhiteBetween()
    {
        Frame red = new(3, 2, new Colour(255, 0, 0)), blue = new(3, 2, new Colour(0, 0, 255));

        Frame grid = Strip.Grid([[red, blue], [blue, red]], scale: 2);

        Assert.Equal((16, 12), (grid.Width, grid.Height));
        Assert.Equal(new Colour(255, 0, 0), grid[5, 3]);
        Assert.Equal(Colour.White, grid[6, 0]);
        Assert.Equal(new Colour(0, 0, 255), grid[10, 0]);
        Assert.Equal(new Colour(0, 0, 255), grid[0, 8]);
    }

    [Fact]
    public void Grid_OfRaggedRows_IsRefused()
    {
        Frame frame = new(2, 2, Colour.Black);

        Assert.Equal(MediaError.CountMismatch, Assert.Throws<MediaException>(() => Strip.Grid([[frame], [frame, frame]])).Error);
        Assert.Equal(MediaError.NoFrames, Assert.Throws<MediaException>(() => Strip.Grid([])).Error);
    }

    [Fact]
    public void Overlay_PaintsTheLaterRegionOnTop()
    {
        Frame frame = new(4, 1, Colour.Black);

        Frame overlay = MaskOverlay.Draw(frame, [new Mask(4, 1, [1, 1, 0, 0]), new Mask(2, 1, [0, 1])]);
        Frame both = MaskOverlay.Draw(frame, [Mask.Full(4, 1), Mask.Full(4, 1)]);

        Colour first = RegionColours.Of(0), second = RegionColours.Of(1);
        Assert.Equal(first.Red / 2, overlay[0, 0].Red, 1.0);
        Assert.Equal(second.Green / 2, overlay[3, 0].Green, 1.0);
        Assert.Equal(overlay[3, 0], both[0, 0]);
        Assert.Equal(Colour.Black, frame[0, 0]);
    }
}
