using ProxyGroups.Proxying;

namespace ProxyGroups.Tests.Proxying;

public sealed class RetryRulesTests
{
    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", true)]
    [InlineData("OPTIONS", true)]
    [InlineData("TRACE", true)]
    [InlineData("POST", false)]
    [InlineData("PUT", false)]
    [InlineData("DELETE", false)]
    [InlineData("PATCH", false)]
    [InlineData("PURGE", false)]
    [InlineData("get", false)]
    public void Methods_are_safe_as_RFC_9110_says(string method, bool isSafe) => Assert.Equal(isSafe, RetryRules.IsSafe(method));

    [Theory]
    //          safe   sent   repeat started deaths tries
    [InlineData(true, true, true, false, 1, 1, true)]
    [InlineData(true, true, true, false, 2, 2, false)]
    [InlineData(true, true, false, false, 1, 1, false)]
    [InlineData(true, true, true, true, 1, 1, false)]
    [InlineData(true, false, true, false, 1, 4, false)]
    [InlineData(false, true, true, false, 1, 1, false)]
    [InlineData(false, false, true, false, 1, 1, true)]
    [InlineData(false, false, false, false, 1, 1, false)]
    public void A_request_meets_a_second_worker_only_by_the_rules(
        bool isSafe, bool wasSent, bool canRepeat, bool hasStarted, int deaths, int tries, bool expected) =>
        Assert.Equal(expected, RetryRules.MayRetry(isSafe, wasSent, canRepeat, hasStarted, deaths, tries));
}
