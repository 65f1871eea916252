"""Layers of an 8-bit model in C, for processors with AVX-512 and VNNI: quicker than torch's operators.

Built with the package where there is a compiler; elsewhere the engine computes with torch's operators.
"""
