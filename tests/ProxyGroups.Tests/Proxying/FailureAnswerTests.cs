using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using ProxyGroups.Proxying;

namespace ProxyGroups.Tests.Proxying;

public sealed class FailureAnswerTests
{
    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", false)]
    [InlineData("head", true)]
    public async Task Only_the_answer_to_a_HEAD_has_no_body(string method, bool hasBody)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Response.Body = body;
        await new FailureAnswer(new Production()).WriteAsync(context, ProxyFailure.MalformedHead, string.Empty, TimeSpan.Zero);
        Assert.Equal(502, context.Response.StatusCode);
        Assert.True(context.Response.ContentLength > 0);
        Assert.Equal(hasBody ? context.Response.ContentLength : 0, body.Length);
    }

    private sealed class Production : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Production;

        public string ApplicationName { get; set; } = "test";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
