namespace VideoGrain.Diffusion.Safetensors;

/// <summary>The ways in which a safetensors file can be wrong.</summary>
public enum SafetensorsFault
{
    /// <summary>The file cannot be opened or mapped.</summary>
    Unreadable,

    /// <summary>The file is shorter than the eight bytes of the header length.</summary>
    FileTooSmall,

    /// <summary>The header length exceeds <see cref="SafetensorsLimits.HeaderBytes"/>.</summary>
    HeaderTooLarge,

    /// <summary>The header length reaches beyond the end of the file.</summary>
    HeaderTruncated,

    /// <summary>The header is not the JSON that the format prescribes.</summary>
    InvalidHeader,

    /// <summary>A tensor, or a field of one, is given twice.</summary>
    DuplicateName,

    /// <summary>More tensors than <see cref="SafetensorsLimits.Tensors"/>, or a name longer than <see cref="SafetensorsLimits.NameLength"/>.</summary>
    TooManyTensors,

    /// <summary>The element type is unknown or not supported.</summary>
    UnknownType,

    /// <summary>A size is negative, not an integer or too large, or there are too many dimensions.</summary>
    InvalidShape,

    /// <summary>Offsets are negative, in the wrong order or beyond the end of the file.</summary>
    InvalidOffsets,

    /// <summary>The byte count is not shape times element size.</summary>
    WrongByteCount,

    /// <summary>Two tensors share bytes.</summary>
    Overlap,

    /// <summary>Bytes between tensors, or after the last one, belong to no tensor.</summary>
    Gap,
}
