using System.Collections.Concurrent;
using System.Globalization;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace SwarmCompute.Grains.Tests.Cluster;

/// <summary>A store that outlives its silos, with etags; a write can be made to fail once, before or after its effect.</summary>
internal sealed class SharedStorage(IGrainStorageSerializer serializer, StoredStates states) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.RecordExists = states.Rows.TryGetValue((stateName, grainId), out var row);
        grainState.State = grainState.RecordExists ? serializer.Deserialize<T>(new BinaryData(row.Bytes)) : Activator.CreateInstance<T>();
        grainState.ETag = grainState.RecordExists ? row.Version.ToString(CultureInfo.InvariantCulture) : null;
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var fault = states.TakeFault(stateName, grainId);
        if (fault is { AfterEffect: false }) throw new IOException("The store is gone (injected).");
        var next = long.Parse(grainState.ETag ?? "0", CultureInfo.InvariantCulture) + 1;
        var bytes = serializer.Serialize(grainState.State).ToArray();
        var key = (stateName, grainId);
        lock (states.Rows)
        {
            var stored = states.Rows.TryGetValue(key, out var row) ? row.Version : 0;
            if (stored != next - 1) throw new InconsistentStateException($"{stateName} of {grainId}: stored {stored}, written {next}.");
            states.Rows[key] = (next, bytes);
        }
        if (fault is not null) throw new IOException("The store did not answer (injected).");
        grainState.ETag = next.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        states.Rows.TryRemove((stateName, grainId), out _);
        return Task.CompletedTask;
    }
}

/// <summary>What is stored, and the faults that wait.</summary>
internal sealed class StoredStates
{
    private readonly ConcurrentDictionary<(string State, GrainId Grain), Fault> _faults = [];

    public ConcurrentDictionary<(string State, GrainId Grain), (long Version, byte[] Bytes)> Rows { get; } = [];

    public int FaultsTaken { get; private set; }

    public void FailNextWrite(string state, IAddressable grain, bool afterEffect) => _faults[(state, grain.GetGrainId())] = new Fault(afterEffect);

    /// <summary>So many writes succeed, and the one after them does not.</summary>
    public void FailWritesAfter(string state, IAddressable grain, int writes) => _faults[(state, grain.GetGrainId())] = new Fault(AfterEffect: false) { Spared = writes };

    public Fault? TakeFault(string state, GrainId grain)
    {
        if (_faults.TryGetValue((state, grain), out var waiting) && waiting.Spared-- > 0) return null;
        if (!_faults.TryRemove((state, grain), out var fault)) return null;
        FaultsTaken++;
        return fault;
    }

    internal sealed record Fault(bool AfterEffect)
    {
        public int Spared { get; set; }
    }
}
