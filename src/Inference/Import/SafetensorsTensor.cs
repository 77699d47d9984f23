using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;

namespace SwarmCompute.Inference;

/// <summary>Where one tensor of a safetensors file lies, and its form.</summary>
/// <param name="Name">Such as "model.norm.weight".</param>
/// <param name="Type">As the format names it: "F32", "BF16".</param>
/// <param name="Shape">None to eight lengths; the last is the length of a row.</param>
/// <param name="File">The file.</param>
/// <param name="DataAt">Where its data begins in the file, in bytes.</param>
/// <param name="DataBytes">Length of its data.</param>
internal sealed record SafetensorsTensor(string Name, string Type, ImmutableArray<long> Shape, SafeFileHandle File, long DataAt, long DataBytes);
