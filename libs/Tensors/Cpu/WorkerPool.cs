using System.Runtime.ExceptionServices;

namespace VideoGrain.Tensors.Cpu;

/// <summary>
/// Persistent threads that share the tasks of one kernel call. The caller works too, and nothing is allocated per call.
/// Which worker runs a task never changes a result: kernels fix the order of every sum.
/// Tasks are handed out by one 64-bit ticket (call number, next task). A worker takes a task by exchanging the ticket it has
/// read, so a worker that wakes late can never take a task of a call whose arguments it has not seen.
/// </summary>
internal sealed unsafe class WorkerPool : IDisposable
{
    private const int SpinsBeforeSleep = 400;
    private const int SpinLength = 16;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _wake = new(0);
    private delegate*<void*, int, int, void> _body;
    private void* _context;
    private int _tasks;
    private long _ticket = uint.MaxValue;
    private int _unfinished;
    private int _sleeping;
    private int _inUse;
    private volatile bool _stopping;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts <paramref name="threads"/> - 1 workers.</summary>
    public WorkerPool(int threads)
    {
        Threads = threads;
        _threads = new Thread[threads - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"videograin-cpu-{worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Number of threads, the caller included; worker indices lie below it.</summary>
    public int Threads { get; }

    /// <summary>Runs body(context, task, worker) for every task in [0, tasks) and returns when all are done.</summary>
    /// <exception cref="InvalidOperationException">Another thread is in a call: an engine serves one thread at a time.</exception>
    public void Run(delegate*<void*, int, int, void> body, void* context, int tasks)
    {
        if (Interlocked.Exchange(ref _inUse, 1) != 0) throw new InvalidOperationException("an engine is used by one thread at a time");
        try
        {
            RunAll(body, context, tasks);
        }
        finally
        {
            Volatile.Write(ref _inUse, 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        if (_threads.Length > 0) _wake.Release(_threads.Length);
        foreach (var thread in _threads) thread.Join();
        _wake.Dispose();
    }

    private void RunAll(delegate*<void*, int, int, void> body, void* context, int tasks)
    {
        if (_threads.Length == 0 || tasks <= 1)
        {
            for (var task = 0; task < tasks; task++) body(context, task, 0);
            return;
        }

        // The old ticket is closed before the arguments change, and the new one opens after.
        var call = (_ticket >> 32) + 1;
        Interlocked.Exchange(ref _ticket, (call << 32) | uint.MaxValue);
        _body = body;
        _context = context;
        _tasks = tasks;
        _failure = null;
        _unfinished = tasks;
        Interlocked.Exchange(ref _ticket, (call + 1) << 32);
        var sleeping = Interlocked.Exchange(ref _sleeping, 0);
        if (sleeping > 0) _wake.Release(sleeping);
        Drain(0);
        var spin = default(SpinWait);
        while (Volatile.Read(ref _unfinished) != 0) spin.SpinOnce(sleep1Threshold: -1);
        _failure?.Throw();
    }

    private void Work(int worker)
    {
        var seen = Volatile.Read(ref _ticket) >> 32;
        while (!_stopping)
        {
            // Kernel calls follow one another closely: look for the next one a little while before sleeping.
            for (var i = 0; i < SpinsBeforeSleep && Volatile.Read(ref _ticket) >> 32 == seen; i++) Thread.SpinWait(SpinLength);
            if (Volatile.Read(ref _ticket) >> 32 == seen) Sleep(seen);
            seen = Volatile.Read(ref _ticket) >> 32;
            Drain(worker);
        }
    }

    /// <summary>Each announced sleeper is matched by one release, unless it withdraws first.</summary>
    private void Sleep(long seen)
    {
        Interlocked.Increment(ref _sleeping);
        if (Volatile.Read(ref _ticket) >> 32 != seen)
        {
            var count = Volatile.Read(ref _sleeping);
            while (count > 0)
            {
                var before = Interlocked.CompareExchange(ref _sleeping, count - 1, count);
                if (before == count) return;
                count = before;
            }
        }

        _wake.Wait();
    }

    private void Drain(int worker)
    {
        while (true)
        {
            var ticket = Volatile.Read(ref _ticket);
            var task = (uint)ticket;
            if (task >= (uint)Volatile.Read(ref _tasks)) return;
            var body = _body;
            var context = _context;
            if (Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) != ticket) continue;
            try
            {
                body(context, (int)task, worker);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            }

            Interlocked.Decrement(ref _unfinished);
        }
    }
}
