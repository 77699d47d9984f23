using System.Runtime.CompilerServices;

namespace SwarmCompute.Inference.Tests;

public sealed unsafe class LayoutTests
{
    [Fact]
    public void Structures_have_the_sizes_of_the_release()
    {
        Assert.Equal(80, Unsafe.SizeOf<LlamaModelParams>());
        Assert.Equal(160, Unsafe.SizeOf<LlamaContextParams>());
        Assert.Equal(56, Unsafe.SizeOf<LlamaBatch>());
        Assert.Equal(56, sizeof(GgmlTypeTraits));
    }

    [Fact]
    public void Tensor_types_are_those_of_the_engine()
    {
        TestEngine.Require();
        foreach (var type in GgufTensorType.All.Values)
        {
            var traits = NativeMethods.TypeTraits(type.Id);
            Assert.Equal((type.Name, type.BlockElements, type.BlockBytes),
                (System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)traits->TypeName), traits->BlockElements, (long)traits->BlockBytes));
            Assert.True(type == GgufTensorType.Float32 || traits->ToFloat != null);
        }
    }
}
