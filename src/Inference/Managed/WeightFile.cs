using System.IO.MemoryMappedFiles;

namespace SwarmCompute.Inference;

/// <summary>The tensors of a model's file, mapped into memory. Whoever uses their data holds it (<see cref="Hold"/>) meanwhile.</summary>
internal sealed unsafe class WeightFile : IDisposable
{
    private readonly GgufMetadata _model;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    public WeightFile(GgufMetadata model)
    {
        _model = model;
        _file = MemoryMappedFile.CreateFromFile(model.Path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _start = Hold();
        Release();
    }

    /// <summary>Keeps the file mapped, even when it is disposed of, until <see cref="Release"/>.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public byte* Hold()
    {
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return start;
    }

    public void Release() => _view.SafeMemoryMappedViewHandle.ReleasePointer();

    /// <exception cref="InferenceException">It is missing, or has another form or a type that is not read here.</exception>
    public WeightMatrix Matrix(string name, int columns, int rows)
    {
        var tensor = Find(name, columns, rows);
        if (!WeightMatrix.IsReadable(tensor.Type))
            throw Refused($"tensor '{name}' is stored as {tensor.Type.Name}; f32, f16, bf16 and q8_0 are read");
        return new(_start + tensor.DataAt, tensor.Type, columns, rows);
    }

    /// <summary>A copy of a vector.</summary>
    /// <exception cref="InferenceException">It is missing, or has another length.</exception>
    public float[] Vector(string name, int length) => new ReadOnlySpan<float>(_start + Find(name, length).DataAt, length).ToArray();

    public InferenceException Refused(string why) => new($"The managed engine cannot run {_model.Path}: {why}.");

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private GgufTensor Find(string name, params ReadOnlySpan<long> dimensions)
    {
        var tensor = _model.Tensor(name) ?? throw Refused($"tensor '{name}' is missing");
        if (!tensor.Dimensions.AsSpan().SequenceEqual(dimensions))
            throw Refused($"tensor '{name}' has the form {string.Join(" x ", tensor.Dimensions)}, not {string.Join(" x ", dimensions.ToArray())}");
        return tensor;
    }
}
