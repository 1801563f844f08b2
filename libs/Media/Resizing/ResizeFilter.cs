namespace VideoGrain.Media;

/// <summary>How a picture is brought to another size. Pixel centres lie at half-integers in all of them.</summary>
public enum ResizeFilter
{
    /// <summary>Target pixel i takes source pixel floor(i * source / target).</summary>
    Nearest,

    /// <summary>Linear interpolation between the two nearest pixels; aliases when it shrinks.</summary>
    Bilinear,

    /// <summary>A triangle as wide as the scale when it shrinks (the published loader's choice), plain linear when it grows.</summary>
    BilinearAntialiased,

    /// <summary>Cubic convolution with a = -0.75 over four pixels; aliases when it shrinks.</summary>
    Bicubic,

    /// <summary>Cubic convolution with a = -0.5, widened by the scale when it shrinks.</summary>
    BicubicAntialiased,

    /// <summary>The mean of the covered area, partly covered pixels counting by their share.</summary>
    Area,
}
