namespace VideoGrain.ServiceDefaults.Hosting;

/// <summary>The state of a service, from what startup, shutdown and work say.</summary>
public sealed class ServiceCondition(Readiness readiness, Drain drain, Vitals vitals)
{
    /// <summary>The present state.</summary>
    public ServiceState State => this switch
    {
        _ when vitals.Problem is not null => ServiceState.Dead,
        _ when drain.IsDraining => ServiceState.Draining,
        _ when readiness.IsStarted => ServiceState.Ready,
        _ when readiness.HasFailed => ServiceState.Failed,
        _ => ServiceState.Starting,
    };
}
