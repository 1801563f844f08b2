namespace Grpc.Core;

/// <summary>Base of generated client stubs.</summary>
/// <typeparam name="T">The stub's own type.</typeparam>
public abstract class ClientBase<T> : ClientBase
    where T : ClientBase<T>
{
    /// <summary>Creates a stub without a channel, for test doubles: every call throws <see cref="NotImplementedException"/>.</summary>
    protected ClientBase()
    {
    }

    /// <summary>Creates a stub from another stub's configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    protected ClientBase(ClientBaseConfiguration configuration)
        : base(configuration)
    {
    }

    /// <summary>Creates a stub over a channel.</summary>
    /// <param name="channel">The channel.</param>
    public ClientBase(ChannelBase channel)
        : base(channel)
    {
    }

    /// <summary>Creates a stub over an invoker.</summary>
    /// <param name="callInvoker">The invoker.</param>
    public ClientBase(CallInvoker callInvoker)
        : base(callInvoker)
    {
    }

    /// <summary>Gives a stub whose calls name another authority.</summary>
    /// <param name="host">The authority.</param>
    /// <returns>The new stub.</returns>
    public T WithHost(string host) => NewInstance(Configuration.WithHost(host));

    /// <summary>Creates a stub of the same type.</summary>
    /// <param name="configuration">Its configuration.</param>
    /// <returns>The new stub.</returns>
    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}
