using Google.Protobuf.Reflection;

namespace Grpc.Reflection;

/// <summary>Finds the descriptors of files by file name and by the symbols that they define.</summary>
public class SymbolRegistry
{
    private readonly Dictionary<string, FileDescriptor> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _bySymbol = new(StringComparer.Ordinal);

    private SymbolRegistry()
    {
    }

    /// <summary>Makes a registry of files and all that they import.</summary>
    /// <param name="fileDescriptors">The files.</param>
    /// <returns>The registry.</returns>
    public static SymbolRegistry FromFiles(IEnumerable<FileDescriptor> fileDescriptors)
    {
        ArgumentNullException.ThrowIfNull(fileDescriptors);
        var registry = new SymbolRegistry();
        foreach (var file in fileDescriptors)
            registry.Add(file);
        return registry;
    }

    /// <summary>Finds a file by its name.</summary>
    /// <param name="filename">The name as imports spell it.</param>
    /// <returns>The file; null when there is none.</returns>
    public FileDescriptor? FileByName(string filename) => _byName.GetValueOrDefault(filename);

    /// <summary>Finds the file that defines a symbol.</summary>
    /// <param name="symbol">Full name of a service, method, message or enum.</param>
    /// <returns>The file; null when there is none.</returns>
    public FileDescriptor? FileContainingSymbol(string symbol) => _bySymbol.GetValueOrDefault(symbol);

    private void Add(FileDescriptor file)
    {
        if (!_byName.TryAdd(file.Name, file))
            return;
        foreach (var dependency in file.Dependencies)
            Add(dependency);
        foreach (var service in file.Services)
        {
            Add(service);
            foreach (var method in service.Methods)
                Add(method);
        }

        foreach (var definition in file.EnumTypes)
            Add(definition);
        foreach (var message in file.MessageTypes)
            AddMessage(message);
    }

    private void AddMessage(MessageDescriptor message)
    {
        Add(message);
        foreach (var definition in message.EnumTypes)
            Add(definition);
        foreach (var nested in message.NestedTypes)
            AddMessage(nested);
    }

    private void Add(IDescriptor symbol) => _bySymbol[symbol.FullName] = symbol.File;
}
