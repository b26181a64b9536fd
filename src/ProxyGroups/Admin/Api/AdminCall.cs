using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Admin.Api;

/// <summary>One request that may be answered.</summary>
/// <param name="Value">What stands in the path for the star of the route; empty where it has none.</param>
internal sealed record AdminCall(HttpContext Context, AdminCaller Caller, string Value)
{
    /// <summary>Answers with an object that says first which version of the interface it speaks.</summary>
    public Task WriteAsync<T>(T answer, int status = StatusCodes.Status200OK)
    {
        Context.Response.StatusCode = status;
        return Context.Response.WriteAsJsonAsync(answer, SnapshotJson.Options, Context.RequestAborted);
    }

    public Task WriteAsync(AdminProblem problem) => problem.WriteAsync(Context);
}
