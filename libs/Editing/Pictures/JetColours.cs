namespace VideoGrain.Editing.Pictures;

/// <summary>The "jet" colour scale: blue over cyan, yellow to red, in straight pieces.</summary>
public static class JetColours
{
    private const float RedPeak = 3;
    private const float GreenPeak = 2;
    private const float BluePeak = 1;

    /// <summary>Colour of a value, each part in [0, 1].</summary>
    public static (float Red, float Green, float Blue) At(byte value)
    {
        var position = 4 * value / (float)byte.MaxValue;
        return (Part(position, RedPeak), Part(position, GreenPeak), Part(position, BluePeak));
    }

    private static float Part(float position, float peak) => Math.Clamp(1.5f - Math.Abs(position - peak), 0, 1);
}
