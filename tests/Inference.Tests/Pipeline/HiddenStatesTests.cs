using System.Runtime.InteropServices;
using CsCheck;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class HiddenStatesTests
{
    [Fact]
    public void States_are_finite_exactly_where_each_of_them_is() =>
        Gen.UInt.Select(bits => BitConverter.UInt32BitsToSingle(bits)).Array[0, 40].Sample(states =>
            Assert.Equal(states.All(float.IsFinite), HiddenStates.AreFinite(MemoryMarshal.AsBytes(states.AsSpan()))));

    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(float.NegativeInfinity)]
    public void One_that_is_not_finite_is_found_wherever_it_stands(float spoilt)
    {
        for (var at = 0; at < 37; at++)
        {
            var states = new float[37];
            states[at] = spoilt;
            Assert.False(HiddenStates.AreFinite(MemoryMarshal.AsBytes(states.AsSpan())));
        }
    }
}
