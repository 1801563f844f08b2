namespace VideoGrain.Cli.Capacity;

/// <summary>The GPUs of one stage and the clips that wait for one.</summary>
/// <param name="stage">The stage.</param>
/// <param name="rule">How many GPUs there are.</param>
internal sealed class GpuPool(GpuStage stage, PoolRule rule)
{
    private readonly Queue<(double At, int Wanted)> _wishes = new();
    private double _changedAt, _activeAt, _grownAt = double.NegativeInfinity, _shrunkAt = double.NegativeInfinity;

    public GpuStage Stage => stage;

    public PoolRule Rule => rule;

    /// <summary>Clips that wait, first come first served.</summary>
    public Queue<Clip> Waiting { get; } = new();

    /// <summary>GPUs that can work.</summary>
    public int Ready { get; private set; } = rule.Least;

    /// <summary>GPUs that work.</summary>
    public int Busy { get; private set; }

    /// <summary>GPUs that come up.</summary>
    public int Starting { get; private set; }

    /// <summary>GPU-seconds paid for so far; a GPU that comes up is paid for.</summary>
    public double HeldSeconds { get; private set; }

    /// <summary>GPU-seconds worked so far.</summary>
    public double UsedSeconds { get; private set; }

    /// <summary>Waits of the clips that got a GPU.</summary>
    public List<double> Waited { get; } = [];

    public void Advance(double now)
    {
        HeldSeconds += (Ready + Starting) * (now - _changedAt);
        UsedSeconds += Busy * (now - _changedAt);
        _changedAt = now;
    }

    /// <summary>Gives the next clip a GPU; null when none waits or none is free.</summary>
    public Clip? TakeNext(double now)
    {
        if (Busy >= Ready || !Waiting.TryDequeue(out var clip))
            return null;

        Busy++;
        Waited.Add(now - clip.WaitsSince);
        clip.EndsAt = now + clip.Cost(stage);
        return clip;
    }

    public void Release() => Busy--;

    public void BecomeReady() => (Starting, Ready) = (Starting - 1, Ready + 1);

    /// <summary>Applies the rule to a backlog in GPU-seconds; answers how many GPUs begin to come up.</summary>
    public int Scale(double now, double backlog)
    {
        if (backlog > 0)
            _activeAt = now;

        if (backlog <= 0 && now - _activeAt >= rule.CooldownSeconds)
        {
            Ready = Math.Max(Math.Min(Ready, rule.Least), Busy);
            return 0;
        }

        // To nothing and from nothing is the cooldown's business; in between at least one stays.
        var wanted = Math.Clamp((int)Math.Ceiling(backlog / rule.TargetSeconds), Math.Max(1, rule.Least), rule.Most);
        var have = Ready + Starting;
        _wishes.Enqueue((now, wanted));
        while (_wishes.Peek().At < now - rule.StabilizationSeconds)
            _wishes.Dequeue();

        if (wanted > have && (backlog > 0 || have > 0) && now - _grownAt >= rule.ScaleUp.Seconds)
        {
            var more = Math.Min(wanted - have, Math.Max(rule.ScaleUp.Gpus, have));
            (Starting, _grownAt) = (Starting + more, now);
            return more;
        }

        var spare = Math.Min(have - _wishes.Max(wish => wish.Wanted), Ready - Busy);
        if (spare > 0 && now - _shrunkAt >= rule.ScaleDownSeconds)
            (Ready, _shrunkAt) = (Ready - Math.Min(spare, Math.Max(1, (int)(rule.ScaleDownShare * have))), now);
        return 0;
    }
}
