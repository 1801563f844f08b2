namespace VideoGrain.Cli.Capacity;

/// <summary>
/// Clips that come at random times, are taken by a worker, wait for a GPU of the inversion's pool and then for one of the denoiser's: event by event.
/// The same seed gives the same clips whatever the pools, so that pools can be compared.
/// </summary>
internal sealed class QueueSimulation
{
    // The first clips find an empty system.
    private const double WarmUpShare = 0.1;

    private readonly PriorityQueue<Action, (double At, long Order)> _events = new();
    private readonly HashSet<Clip> _inside = [];
    private readonly Queue<Clip> _queued = new();
    private readonly List<double> _waits = [];
    private readonly GpuPool[] _pools;
    private readonly CapacityLoad _load;
    private readonly Random _random;
    private readonly int _clips;
    private double _now;
    private long _order;
    private int _come, _gone, _freeWorkers;

    private QueueSimulation(CapacityLoad load, PoolRule inversion, PoolRule denoising, int workers, int clips, int seed)
    {
        (_load, _freeWorkers, _clips, _random) = (load, workers, clips, new Random(seed));
        _pools = [new GpuPool(GpuStage.Inversion, inversion), new GpuPool(GpuStage.Denoising, denoising)];
    }

    /// <summary>Runs a simulation to the end of its last clip.</summary>
    /// <param name="load">What comes in.</param>
    /// <param name="inversion">GPUs of inversion.</param>
    /// <param name="denoising">GPUs of denoising.</param>
    /// <param name="workers">Jobs that the orchestrator runs at a time, 1 or more.</param>
    /// <param name="clips">Clips, 1 or more.</param>
    /// <param name="seed">Seed of the random numbers.</param>
    public static SimulationResult Run(CapacityLoad load, PoolRule inversion, PoolRule denoising, int workers, int clips, int seed = 1)
    {
        QueueSimulation simulation = new(load, inversion, denoising, workers, clips, seed);
        return simulation.Run();
    }

    private SimulationResult Run()
    {
        After(NextArrival(), Arrive);
        foreach (var pool in _pools.Where(pool => !pool.Rule.IsFixed))
            After(0, () => Poll(pool));

        while (_gone < _clips)
        {
            _events.TryDequeue(out var happens, out var key);
            _now = key.At;
            foreach (var pool in _pools)
                pool.Advance(_now);
            happens!();
        }

        var warmUp = (int)(WarmUpShare * _clips);
        return new SimulationResult(new Waits(_waits.Skip(warmUp)), Use(_pools[0]), Use(_pools[1]), _pools.Sum(pool => pool.HeldSeconds) / _clips);
    }

    private StageUse Use(GpuPool pool) => new(
        pool.HeldSeconds / _now,
        pool.HeldSeconds > 0 ? pool.UsedSeconds / pool.HeldSeconds : 0,
        new Waits(pool.Waited.Skip((int)(WarmUpShare * pool.Waited.Count))));

    private void After(double seconds, Action happens) => _events.Enqueue(happens, (_now + seconds, _order++));

    private void Arrive()
    {
        for (var i = 0; i < _load.Batch && _come < _clips; i++)
        {
            _come++;
            var isCached = _random.NextDouble() < _load.CachedShare;
            var factor = Factor();
            Clip clip = new(_now, isCached ? 0 : factor * _load.InversionSeconds, factor * _load.DenoisingSeconds);
            _inside.Add(clip);
            _queued.Enqueue(clip);
        }

        // The orchestrator tells the autoscaler at once that there is work.
        foreach (var pool in _pools.Where(pool => !pool.Rule.IsFixed && pool.Ready + pool.Starting == 0))
            Grow(pool);
        Admit();
        if (_come < _clips)
            After(NextArrival(), Arrive);
    }

    private void Admit()
    {
        while (_freeWorkers > 0 && _queued.TryDequeue(out var clip))
        {
            _freeWorkers--;
            Enter(clip, clip.Cost(GpuStage.Inversion) > 0 ? GpuStage.Inversion : GpuStage.Denoising);
        }
    }

    private void Enter(Clip clip, GpuStage stage)
    {
        (clip.Stage, clip.WaitsSince, clip.EndsAt) = (stage, _now, null);
        var pool = _pools[(int)stage];
        pool.Waiting.Enqueue(clip);
        Work(pool);
    }

    private void Work(GpuPool pool)
    {
        while (pool.TakeNext(_now) is { } clip)
            After(clip.Cost(pool.Stage), () => End(pool, clip));
    }

    private void End(GpuPool pool, Clip clip)
    {
        pool.Release();
        if (pool.Stage == GpuStage.Inversion)
        {
            Enter(clip, GpuStage.Denoising);
        }
        else
        {
            _gone++;
            _inside.Remove(clip);

            // Times are sums of many numbers: nobody waits for less than nothing.
            _waits.Add(Math.Max(0, _now - clip.Arrival - clip.Cost(GpuStage.Inversion) - clip.Cost(GpuStage.Denoising)));
            _freeWorkers++;
            Admit();
        }

        Work(pool);
    }

    private void Poll(GpuPool pool)
    {
        Grow(pool);
        After(pool.Rule.PollSeconds, () => Poll(pool));
    }

    private void Grow(GpuPool pool)
    {
        for (var more = pool.Scale(_now, Backlog(pool)); more > 0; more--)
        {
            After(pool.Rule.StartSeconds, () =>
            {
                pool.BecomeReady();
                Work(pool);
            });
        }
    }

    // As the orchestrator counts it: a clip in the stage is worth at least one target, one that has yet to come its own cost.
    private double Backlog(GpuPool pool) => _inside.Sum(clip =>
        clip.Stage is null || clip.Stage < pool.Stage ? clip.Cost(pool.Stage)
        : clip.Stage == pool.Stage ? Math.Max((clip.EndsAt ?? _now + clip.Cost(pool.Stage)) - _now, pool.Rule.TargetSeconds)
        : 0);

    private double NextArrival() => -Math.Log(1 - _random.NextDouble()) * _load.Batch * 3600 / _load.ClipsPerHour;

    // Of mean 1 and the load's variation: gamma distributed, exponential for a variation of 1.
    private double Factor()
    {
        if (_load.Variation == 0)
            return 1;

        var shape = 1 / (_load.Variation * _load.Variation);
        return Gamma(shape) / shape;
    }

    // Marsaglia and Tsang 2000; a shape below 1 is brought above by its power of a uniform number.
    private double Gamma(double shape)
    {
        if (shape < 1)
            return Gamma(shape + 1) * Math.Pow(1 - _random.NextDouble(), 1 / shape);

        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
            var cube = Math.Pow(1 + (c * normal), 3);
            if (cube > 0 && Math.Log(1 - _random.NextDouble()) < (normal * normal / 2) + d - (d * cube) + (d * Math.Log(cube)))
                return d * cube;
        }
    }
}
