namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>The "stage" label: the contract's stages, in lower case, whichever service measures.</summary>
public static class StageLabels
{
    /// <summary>The stage of the jobs that a service works on.</summary>
    /// <param name="service">The service's name, such as "Denoiser"; any case.</param>
    public static string Of(string service) => service.ToLowerInvariant() switch
    {
        "segmentation" => "preparing",
        "inversion" => "inverting",
        "denoiser" => "denoising",
        var name => name,
    };
}
