namespace Grpc.Core;

/// <summary>Ties a call to the server call it is made for. Only the server that made it understands it.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}
