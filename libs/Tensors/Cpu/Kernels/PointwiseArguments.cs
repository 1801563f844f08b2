namespace VideoGrain.Tensors.Cpu.Kernels;

/// <summary>One operation that treats elements or rows independently. Fields that an operation does not use stay zero.</summary>
internal unsafe struct PointwiseArguments
{
    /// <summary>First input.</summary>
    public float* A;

    /// <summary>Second input.</summary>
    public float* B;

    /// <summary>Mask, or scale per channel.</summary>
    public float* C;

    /// <summary>Result.</summary>
    public float* Y;

    /// <summary>Elements, or rows where rows count.</summary>
    public long Count;

    /// <summary>Elements after which B repeats.</summary>
    public long Period;

    /// <summary>Elements of a row.</summary>
    public int Width;

    /// <summary>First coefficient.</summary>
    public float Alpha;

    /// <summary>Second coefficient, offset or epsilon.</summary>
    public float Beta;

    /// <summary>Non-linearity.</summary>
    public Activation Activation;

    /// <summary>Set to 1 by a task that meets a non-finite element.</summary>
    public int Found;
}
