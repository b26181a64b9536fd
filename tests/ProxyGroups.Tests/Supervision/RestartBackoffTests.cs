using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Supervision;

public sealed class RestartBackoffTests
{
    [Theory]
    [InlineData(0, 0.5, 0)]
    [InlineData(1, 0.0, 100)]
    [InlineData(1, 0.5, 150)]
    [InlineData(2, 0.5, 250)]
    [InlineData(5, 0.5, 1650)]
    [InlineData(9, 0.5, 15050)]
    [InlineData(int.MaxValue, 0.5, 15050)]
    [InlineData(int.MaxValue, 0.0, 100)]
    public void The_delay_grows_to_the_cap(int failures, double random, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), RestartBackoff.Delay(failures, random));

    [Fact]
    public void It_stays_between_base_and_cap()
    {
        var random = new Random(1);
        for (var failures = 1; failures < 100; failures++)
        {
            Assert.InRange(RestartBackoff.Delay(failures, random.NextDouble()), RestartBackoff.Base, RestartBackoff.Cap);
        }
    }
}
