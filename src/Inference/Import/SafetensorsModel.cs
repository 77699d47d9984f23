using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace SwarmCompute.Inference;

/// <summary>The tensors of a model in one or several safetensors files.</summary>
internal sealed class SafetensorsModel : IDisposable
{
    private const string Single = "model.safetensors", Index = "model.safetensors.index.json";
    private const int IndexBytesMax = 32 << 20, FilesMax = 1024;

    private readonly List<SafeFileHandle> _files = [];
    private readonly Dictionary<string, SafetensorsTensor> _tensors = new(StringComparer.Ordinal);

    private SafetensorsModel() { }

    public IEnumerable<string> Names => _tensors.Keys;

    /// <summary>Opens the files of a folder: those that its index names, or the only one.</summary>
    /// <exception cref="ModelImportException">There are none, or they do not fit together.</exception>
    public static SafetensorsModel Open(string folder)
    {
        var model = new SafetensorsModel();
        try
        {
            var index = Path.Combine(folder, Index);
            if (File.Exists(index)) model.AddIndexed(folder, index);
            else model.Add(Only(folder));
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public SafetensorsTensor? Find(string name) => _tensors.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }

    private static string Only(string folder)
    {
        if (File.Exists(Path.Combine(folder, Single))) return Path.Combine(folder, Single);
        return Directory.GetFiles(folder, "*.safetensors") switch
        {
            [var only] => only,
            [] => throw new ModelImportException($"{folder} has no *.safetensors file (files of pickles, such as pytorch_model.bin, are not read); give a folder with the model's safetensors."),
            _ => throw new ModelImportException($"{folder} has several *.safetensors files and no {Index} that says what is in them; download it too."),
        };
    }

    private void AddIndexed(string folder, string index)
    {
        using var json = ImportJson.Read(index, IndexBytesMax);
        if (!json.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            throw new ModelImportException($"{index} has no weight_map; download it again.");
        var places = map.EnumerateObject().ToDictionary(place => place.Name, place => ImportJson.Text(place.Value), StringComparer.Ordinal);
        var files = places.Values.Distinct().ToImmutableArray();
        if (files.Length > FilesMax || files.Any(file => file is null || Path.GetFileName(file) != file || !file.EndsWith(".safetensors", StringComparison.Ordinal)))
            throw new ModelImportException($"{index} names more than {FilesMax} files, or what is not a *.safetensors file of its folder.");
        var held = files.ToDictionary(file => file!, file => Add(Path.Combine(folder, file!)), StringComparer.Ordinal);
        foreach (var (name, file) in places)
            if (!held[file!].Contains(name)) throw new ModelImportException($"{file} of {folder} has no tensor '{name}', which {Index} places there; download both again.");
        if (_tensors.Keys.FirstOrDefault(name => !places.ContainsKey(name)) is { } unnamed)
            throw new ModelImportException($"{Index} of {folder} does not name tensor '{unnamed}', which one of its files has; download all files again.");
    }

    private HashSet<string> Add(string path)
    {
        var file = File.OpenHandle(path);
        _files.Add(file);
        var tensors = SafetensorsHeader.Read(file, path);
        foreach (var tensor in tensors)
            if (!_tensors.TryAdd(tensor.Name, tensor)) throw new ModelImportException($"{path} has tensor '{tensor.Name}', which another file has too.");
        return [.. tensors.Select(tensor => tensor.Name)];
    }
}
