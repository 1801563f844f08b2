namespace VideoGrain.Orchestrator.Options;

/// <summary>Where the stages are and how they are called. Section <c>Stages</c>.</summary>
public sealed class StageOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Stages";

    /// <summary>Address of the segmentation service; <c>dns:///host:port</c> spreads over all addresses of a name.</summary>
    public string Segmentation { get; set; } = "http://127.0.0.1:5081";

    /// <summary>Address of the inversion service.</summary>
    public string Inversion { get; set; } = "http://127.0.0.1:5082";

    /// <summary>Address of the denoiser service.</summary>
    public string Denoiser { get; set; } = "http://127.0.0.1:5083";

    /// <summary>How often a <c>dns:///</c> name is looked up, above zero: within this time a new replica gets its share of the work. Failures look it up sooner.</summary>
    public TimeSpan ResolveInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest silence of a stage that computes: a step that takes longer counts as lost.</summary>
    public TimeSpan StepTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest time for one call of a stage.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Longest time that a job may spend in one stage, with all retries and waits.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How often a stage's addresses are asked for their load, where there are several.</summary>
    public TimeSpan LoadInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>PEM file with the authorities that may certify a stage; null for those of the system. Any of these three makes <c>dns:///</c> addresses use TLS.</summary>
    public string? CaPath { get; set; }

    /// <summary>PEM file with this service's certificate chain for the stages; null to show none.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>PEM file with the certificate's private key.</summary>
    public string? CertificateKeyPath { get; set; }

    /// <summary>
    /// How long before the inversion's expected end the denoiser is called, so that it has prepared when the latents come. It runs no other job
    /// meanwhile, so this should be little more than a preparation takes. Zero calls it when the inversion has ended.
    /// </summary>
    public TimeSpan PrepareAhead { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Most retries in a row without any progress before the job goes back to the queue or fails.</summary>
    public int MaxRetries { get; set; } = 8;

    /// <summary>Delay before the first retry; later ones wait exponentially longer, with jitter.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest delay between retries.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest total wait for a stage that is busy with other jobs; being busy is no failure.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Transport failures within half a minute after which an address of a stage is left alone.</summary>
    public int FailuresBeforeBreak { get; set; } = 5;

    /// <summary>How long a failing address is left alone.</summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether submissions are shown to the stages before they are accepted.</summary>
    public bool CheckAtSubmit { get; set; } = true;

    /// <summary>Longest time that a stage may take to say what it can do.</summary>
    public TimeSpan CapabilitiesTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
